"""What was said, heard and decided on stays as it was, whoever writes to the database.

A notice that went out keeps its words, its area and its time; what came in keeps who said what and
when; a message that a gateway has is never queued again; a breach stays one; a plan keeps the
answer that people decided on. What happened to them since is in other columns, and in the history.
"""

from django.db import migrations

PROTECT = """
CREATE FUNCTION outages_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% %: what was said, heard or decided on is never changed', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'restrict_violation';
END;
$$;
CREATE TRIGGER outages_outagenotice_said BEFORE UPDATE ON outages_outagenotice FOR EACH ROW
    WHEN (OLD.status <> 'draft' AND (
        NEW.status = 'draft'
        OR (OLD.outage_id, OLD.kind, OLD.version, OLD.published_at, OLD.customers)
           IS DISTINCT FROM (NEW.outage_id, NEW.kind, NEW.version, NEW.published_at, NEW.customers)
        OR (OLD.title_zh, OLD.title_en, OLD.text_zh, OLD.text_en, OLD.sms_zh, OLD.sms_en)
           IS DISTINCT FROM
           (NEW.title_zh, NEW.title_en, NEW.text_zh, NEW.text_en, NEW.sms_zh, NEW.sms_en)
        OR OLD.fields IS DISTINCT FROM NEW.fields
        OR OLD.area::bytea IS DISTINCT FROM NEW.area::bytea
    )) EXECUTE FUNCTION outages_refuse_rewriting();
CREATE TRIGGER outages_inboundmessage_heard BEFORE UPDATE ON outages_inboundmessage FOR EACH ROW
    WHEN ((OLD.source, OLD.external_id, OLD.kind, OLD.channel, OLD.at, OLD.received_at,
           OLD.sender, OLD.text, OLD.is_delivered, OLD.reference)
          IS DISTINCT FROM
          (NEW.source, NEW.external_id, NEW.kind, NEW.channel, NEW.at, NEW.received_at,
           NEW.sender, NEW.text, NEW.is_delivered, NEW.reference))
    EXECUTE FUNCTION outages_refuse_rewriting();
CREATE TRIGGER outages_delivery_sent BEFORE UPDATE ON outages_delivery FOR EACH ROW
    WHEN (OLD.status = 'accepted'
          AND (OLD.status, OLD.notice_id, OLD.channel, OLD.recipient, OLD.key, OLD.text)
          IS DISTINCT FROM
          (NEW.status, NEW.notice_id, NEW.channel, NEW.recipient, NEW.key, NEW.text))
    EXECUTE FUNCTION outages_refuse_rewriting();
CREATE TRIGGER outages_deadline_breached BEFORE UPDATE ON outages_deadline FOR EACH ROW
    WHEN (OLD.breached_at IS NOT NULL AND OLD.breached_at IS DISTINCT FROM NEW.breached_at)
    EXECUTE FUNCTION outages_refuse_rewriting();
CREATE TRIGGER outages_isolationplan_answer BEFORE UPDATE ON outages_isolationplan FOR EACH ROW
    WHEN (OLD.answer IS DISTINCT FROM NEW.answer)
    EXECUTE FUNCTION outages_refuse_rewriting();
"""
RELEASE = """
DROP TRIGGER outages_isolationplan_answer ON outages_isolationplan;
DROP TRIGGER outages_deadline_breached ON outages_deadline;
DROP TRIGGER outages_delivery_sent ON outages_delivery;
DROP TRIGGER outages_inboundmessage_heard ON outages_inboundmessage;
DROP TRIGGER outages_outagenotice_said ON outages_outagenotice;
DROP FUNCTION outages_refuse_rewriting();
"""


class Migration(migrations.Migration):
    dependencies = [("outages", "0041_indexes_of_long_histories")]
    operations = [migrations.RunSQL(PROTECT, RELEASE)]
