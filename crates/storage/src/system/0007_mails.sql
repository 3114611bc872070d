-- What was written to whom about a record, for its timeline: the outbox forgets what was had.
create table sys_mail (id {ID} not null primary key, object {TEXT} not null, record {ID} not null, kind {TEXT} not null, payload {JSON} not null, by_user {ID}, at {TIME} not null);
create index sys_mail_record on sys_mail (object, record, id);
create index workflow_log_instance on workflow_log (instance, id);
