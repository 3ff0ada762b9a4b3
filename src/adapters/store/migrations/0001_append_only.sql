-- The audit log can only grow. ENABLE ALWAYS: session_replication_role = 'replica' must not switch a trigger off.
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the audit log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
		USING ERRCODE = 'insufficient_privilege';
END $$;
--> statement-breakpoint
CREATE FUNCTION audit_head_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.log <> OLD.log OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.head <> OLD.head) THEN
		RAISE EXCEPTION 'the audit log is append-only: the head of % cannot go back', OLD.log
			USING ERRCODE = 'insufficient_privilege';
	END IF;
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_entry"
	FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
--> statement-breakpoint
ALTER TABLE "audit_entry" ENABLE ALWAYS TRIGGER audit_entry_append_only;
--> statement-breakpoint
CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON "audit_head"
	FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
--> statement-breakpoint
ALTER TABLE "audit_head" ENABLE ALWAYS TRIGGER audit_head_stays;
--> statement-breakpoint
CREATE TRIGGER audit_head_grows BEFORE UPDATE ON "audit_head"
	FOR EACH ROW EXECUTE FUNCTION audit_head_grows();
--> statement-breakpoint
ALTER TABLE "audit_head" ENABLE ALWAYS TRIGGER audit_head_grows;
--> statement-breakpoint
-- The global rows of the kill-switch matrix: they exist from the start, so that there is always a row to lock.
INSERT INTO "flag_setting" ("flag", "tenant_id", "enabled") VALUES
	('mcp.gateway', NULL, true),
	('mcp.execute-tokens', NULL, false);
