#!/usr/bin/env python3
"""Fills a database on which the pack examples/bench is applied with the yardstick's seed, through SQL: a hundred
thousand rows through the interface would take minutes and measure nothing.
usage: fill.py SEED.sqlite TARGET   (TARGET: a lifeloom.db, or postgres://… which needs psql)"""
import io, sqlite3, subprocess, sys, uuid

SEED, TARGET = sys.argv[1:3]
LITE = not TARGET.startswith("postgres")
AT = "2026-01-01T00:00:00.000000Z"
FIXED = ["id", "version", "created_at", "updated_at"]
TABLES = {
    "account": (["name", "industry", "annual_revenue", "employees", "city", "holder"],
                "select id, name, industry, annual_revenue, employees, city, owner from account"),
    "contact": (["account", "first_name", "last_name", "email", "phone"],
                "select id, account_id, first_name, last_name, email, phone from contact"),
    "opportunity": (["name", "amount", "stage", "close_date", "probability", "account", "holder"],
                    "select id, name, amount, stage, close_date, probability, account_id, owner from opportunity"),
}

def identity(number):
    """The id of the record that the seed numbers so."""
    return uuid.UUID(f"00000000-0000-7000-8000-{number:012x}")

def stored(column, value):
    if value is None:
        return None
    if column in ("id", "account"):
        return identity(value).bytes if LITE else str(identity(value))
    if column in ("amount", "annual_revenue"):
        return round(float(value) * 100) if LITE else f"{float(value):.2f}"
    return value

def rows(seed, columns, sql):
    for number, *values in seed.execute(sql):
        yield [stored("id", number), 1, AT, AT, *map(stored, columns, values)]

def into_sqlite(seed):
    target = sqlite3.connect(TARGET)
    for table, (columns, sql) in TABLES.items():
        names = ", ".join(f'"{name}"' for name in FIXED + columns)
        marks = ", ".join("?" * len(FIXED + columns))
        target.execute(f'delete from "bench_{table}"')
        target.executemany(f'insert into "bench_{table}" ({names}) values ({marks})', rows(seed, columns, sql))
    target.execute("analyze")
    target.commit()

def copied(value):
    return "\\N" if value is None else str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")

def into_postgres(seed):
    script = io.StringIO()
    for table, (columns, sql) in TABLES.items():
        names = ", ".join(f'"{name}"' for name in FIXED + columns)
        script.write(f'truncate "bench_{table}";\ncopy "bench_{table}" ({names}) from stdin;\n')
        for row in rows(seed, columns, sql):
            script.write("\t".join(map(copied, row)) + "\n")
        script.write("\\.\n")
    script.write("analyze;\n")
    subprocess.run(["psql", "--quiet", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", TARGET],
                   input=script.getvalue().encode(), check=True)

(into_sqlite if LITE else into_postgres)(sqlite3.connect(f"file:{SEED}?mode=ro", uri=True))
