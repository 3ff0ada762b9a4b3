CREATE TABLE "account_origin" (
	"user_id" text PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "invitation" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"secret_hash" text NOT NULL,
	"by_platform" boolean DEFAULT false NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "invitation_secret_hash_unique" UNIQUE("secret_hash"),
	CONSTRAINT "invitation_tenant_email" UNIQUE("tenant_id","email"),
	CONSTRAINT "invitation_email" CHECK ("invitation"."email" = lower("invitation"."email")),
	CONSTRAINT "invitation_role" CHECK ("invitation"."role" IN ('ADMIN', 'MEMBER', 'AUDITOR'))
);
--> statement-breakpoint
ALTER TABLE "account_origin" ADD CONSTRAINT "account_origin_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_origin" ADD CONSTRAINT "account_origin_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;