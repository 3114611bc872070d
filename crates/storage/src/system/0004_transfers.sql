-- Imports, exports and large bulk writes: what was asked for, its files in parts, what each line became.
create table sys_transfer (id {ID} not null primary key, kind {TEXT} not null, object {TEXT} not null, format {TEXT} not null, name {TEXT} not null, step {TEXT} not null, asked {JSON} not null, report {JSON} not null, job {ID}, size {INT} not null, roles {JSON}, created_by {ID}, created_at {TIME} not null, expires_at {TIME} not null);
create index sys_transfer_owner on sys_transfer (created_by, id);
create index sys_transfer_age on sys_transfer (expires_at);
create table sys_transfer_part (transfer {ID} not null, kind {TEXT} not null, number {INT} not null, body {BYTES} not null, primary key (transfer, kind, number));
create table sys_transfer_row (transfer {ID} not null, number {INT} not null, line {INT} not null, record {ID} not null, version {INT} not null, earlier {JSON}, outcome {TEXT}, primary key (transfer, number));
create index sys_transfer_row_record on sys_transfer_row (transfer, record);
