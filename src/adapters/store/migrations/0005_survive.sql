CREATE UNLOGGED TABLE "limit_count" (
	"key" text PRIMARY KEY NOT NULL,
	"points" integer NOT NULL,
	"granted" integer DEFAULT 0 NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "write_slot" (
	"account" text NOT NULL,
	"seconds" integer NOT NULL,
	"slot" integer NOT NULL,
	"free_at" timestamp with time zone NOT NULL,
	"execution_id" uuid,
	CONSTRAINT "write_slot_account_seconds_slot_pk" PRIMARY KEY("account","seconds","slot")
);
--> statement-breakpoint
ALTER TABLE "execution" ADD COLUMN "unknown_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "execution" ADD COLUMN "clean_looks" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "execution" ADD COLUMN "look_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "execution" ADD COLUMN "claimed_url" text;--> statement-breakpoint
ALTER TABLE "execution" ADD COLUMN "before_sha" text;--> statement-breakpoint
ALTER TABLE "execution" ADD COLUMN "after_sha" text;--> statement-breakpoint
ALTER TABLE "tenant" ADD COLUMN "allowed_targets" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "tenant" ADD COLUMN "allowed_targets_by" text;--> statement-breakpoint
ALTER TABLE "tenant" ADD COLUMN "allowed_targets_at" timestamp with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "execution_one_replacing" ON "execution" USING btree ("tenant_id",lower("target_owner" COLLATE "C"),lower("target_repo" COLLATE "C"),"target_number") WHERE "execution"."after_sha" IS NOT NULL AND "execution"."state" IN ('RESERVED', 'INDETERMINATE');--> statement-breakpoint
CREATE INDEX "execution_artifact" ON "execution" USING btree ("artifact_url") WHERE "execution"."state" = 'CONFIRMED';