CREATE TABLE "audit_entry" (
	"log" text NOT NULL,
	"seq" bigint NOT NULL,
	"entry" text NOT NULL,
	"leaf" text NOT NULL,
	"entry_hash" text NOT NULL,
	"at" timestamp(6) with time zone NOT NULL,
	"action" text NOT NULL,
	"ok" boolean NOT NULL,
	"actor_id" text,
	CONSTRAINT "audit_entry_log_seq_pk" PRIMARY KEY("log","seq"),
	CONSTRAINT "audit_entry_bytes" CHECK (octet_length("audit_entry"."entry") <= 65535)
);
--> statement-breakpoint
CREATE TABLE "audit_head" (
	"log" text PRIMARY KEY NOT NULL,
	"size" bigint NOT NULL,
	"head" text NOT NULL,
	"last_at" text,
	CONSTRAINT "audit_head_size" CHECK ("audit_head"."size" >= 0),
	CONSTRAINT "audit_head_head" CHECK ("audit_head"."head" ~ '^[0-9a-f]{64}$')
);
--> statement-breakpoint
CREATE TABLE "account" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp with time zone,
	"refresh_token_expires_at" timestamp with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "session" (
	"id" text PRIMARY KEY NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"token" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"user_id" text NOT NULL,
	CONSTRAINT "session_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "user" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "user_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "verification" (
	"id" text PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "execution" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"args_sha" text NOT NULL,
	"epoch" integer NOT NULL,
	"provider" text NOT NULL,
	"tool" text NOT NULL,
	"method" text,
	"state" text NOT NULL,
	"code" text,
	"reason" text,
	"target_owner" text NOT NULL,
	"target_repo" text NOT NULL,
	"target_number" bigint,
	"credential_id" uuid NOT NULL,
	"credential_login" text,
	"actor" text NOT NULL,
	"approver" text NOT NULL,
	"request_id" text NOT NULL,
	"artifact_url" text,
	"reserved_at" timestamp with time zone DEFAULT now() NOT NULL,
	"lease_until" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone,
	"audit_seq" bigint,
	"next_check_at" timestamp with time zone,
	"checks" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "execution_epoch" UNIQUE("tenant_id","args_sha","epoch"),
	CONSTRAINT "execution_state" CHECK ("execution"."state" IN ('RESERVED', 'CONFIRMED', 'REJECTED', 'ABSENT', 'INDETERMINATE', 'NEEDS_HUMAN')),
	CONSTRAINT "execution_args_sha" CHECK ("execution"."args_sha" ~ '^[0-9a-f]{64}$'),
	CONSTRAINT "execution_epoch_positive" CHECK ("execution"."epoch" >= 1),
	CONSTRAINT "execution_confirmed_has_url" CHECK ("execution"."state" <> 'CONFIRMED' OR "execution"."artifact_url" IS NOT NULL)
);
--> statement-breakpoint
CREATE TABLE "credential" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"kind" text NOT NULL,
	"fingerprint" text NOT NULL,
	"login" text,
	"sealed" text NOT NULL,
	"set_by" text NOT NULL,
	"set_at" timestamp with time zone NOT NULL,
	"tested_at" timestamp with time zone,
	CONSTRAINT "credential_tenant_provider" UNIQUE("tenant_id","provider"),
	CONSTRAINT "credential_kind" CHECK ("credential"."kind" IN ('pat'))
);
--> statement-breakpoint
CREATE TABLE "flag_setting" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"flag" text NOT NULL,
	"tenant_id" uuid,
	"enabled" boolean NOT NULL,
	"by" text,
	"at" timestamp with time zone,
	"reason" text,
	CONSTRAINT "flag_setting_flag_tenant" UNIQUE NULLS NOT DISTINCT("flag","tenant_id"),
	CONSTRAINT "flag_setting_flag" CHECK ("flag_setting"."flag" IN ('mcp.gateway', 'mcp.execute-tokens'))
);
--> statement-breakpoint
CREATE TABLE "directory" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" text NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"salt" "bytea" NOT NULL,
	CONSTRAINT "directory_person" UNIQUE("user_id","name","email"),
	CONSTRAINT "directory_salt" CHECK (octet_length("directory"."salt") = 16)
);
--> statement-breakpoint
CREATE TABLE "membership" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"role" text NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "membership_tenant_user" UNIQUE("tenant_id","user_id"),
	CONSTRAINT "membership_role" CHECK ("membership"."role" IN ('ADMIN', 'MEMBER', 'AUDITOR'))
);
--> statement-breakpoint
CREATE TABLE "platform_admin" (
	"user_id" text PRIMARY KEY NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "portal_meta" (
	"one" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"mode" text NOT NULL,
	"installation_id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "portal_meta_one" CHECK ("portal_meta"."one"),
	CONSTRAINT "portal_meta_mode" CHECK ("portal_meta"."mode" IN ('sandbox', 'production'))
);
--> statement-breakpoint
CREATE TABLE "portal_token" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "portal_token_hash_unique" UNIQUE("hash"),
	CONSTRAINT "portal_token_scopes" CHECK ("portal_token"."scopes" OPERATOR(pg_catalog.<@) ARRAY['read', 'propose', 'execute'])
);
--> statement-breakpoint
CREATE TABLE "tenant" (
	"id" uuid PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"agent_dispatch_enabled" boolean DEFAULT false NOT NULL,
	"agent_dispatch_by" text,
	"agent_dispatch_at" timestamp with time zone,
	"agent_dispatch_reason" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tenant_slug_unique" UNIQUE("slug"),
	CONSTRAINT "tenant_slug" CHECK ("tenant"."slug" ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$')
);
--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "execution" ADD CONSTRAINT "execution_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "credential" ADD CONSTRAINT "credential_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flag_setting" ADD CONSTRAINT "flag_setting_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "membership" ADD CONSTRAINT "membership_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "membership" ADD CONSTRAINT "membership_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "platform_admin" ADD CONSTRAINT "platform_admin_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_token" ADD CONSTRAINT "portal_token_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "portal_token" ADD CONSTRAINT "portal_token_user_id_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_entry_at" ON "audit_entry" USING btree ("log","at");--> statement-breakpoint
CREATE INDEX "audit_entry_action" ON "audit_entry" USING btree ("log","action","seq");--> statement-breakpoint
CREATE INDEX "audit_entry_actor" ON "audit_entry" USING btree ("log","actor_id","seq");--> statement-breakpoint
CREATE INDEX "account_user_id_idx" ON "account" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "session_user_id_idx" ON "session" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "verification_identifier_idx" ON "verification" USING btree ("identifier");--> statement-breakpoint
CREATE UNIQUE INDEX "execution_one_live" ON "execution" USING btree ("tenant_id","args_sha") WHERE "execution"."state" IN ('RESERVED', 'CONFIRMED', 'INDETERMINATE', 'NEEDS_HUMAN');--> statement-breakpoint
CREATE INDEX "execution_newest" ON "execution" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "execution_leases" ON "execution" USING btree ("lease_until") WHERE "execution"."state" = 'RESERVED';--> statement-breakpoint
CREATE INDEX "execution_due" ON "execution" USING btree ("next_check_at") WHERE "execution"."state" = 'INDETERMINATE';--> statement-breakpoint
CREATE INDEX "membership_user_idx" ON "membership" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "portal_token_tenant_idx" ON "portal_token" USING btree ("tenant_id","created_at");