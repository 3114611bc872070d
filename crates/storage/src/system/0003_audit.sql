-- Who holds the key marks each entry of the audit trail as it writes it; sealing takes only marked ones.
alter table sys_audit add column mark {BYTES};
