-- Files: what is known of them. Their bytes lie beside the database.
create table sys_file (id {ID} not null primary key, state {TEXT} not null, name {TEXT} not null, media {TEXT} not null, size {INT} not null, received {INT} not null, parts {JSON} not null, hash {BYTES}, width {INT}, height {INT}, object {TEXT}, record {ID}, field {TEXT}, by_user {ID}, created_at {TIME} not null, changed_at {TIME} not null);
create index sys_file_record on sys_file (object, record, id) where record is not null;
create index sys_file_left on sys_file (state, changed_at) where state <> 'kept';
