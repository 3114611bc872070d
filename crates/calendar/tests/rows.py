"""Works out rows.txt once more, minute by minute and from the time zones of Python: `python3 rows.py`."""

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
OFFICE = ["09:00-12:00", "13:00-18:00"]


def dates(first, last):
    day = datetime.fromisoformat(first).date()
    while day <= datetime.fromisoformat(last).date():
        yield day.isoformat()
        day += timedelta(days=1)


def china():
    off = [("2026-01-01", "2026-01-03"), ("2026-02-15", "2026-02-23"), ("2026-04-04", "2026-04-06"),
           ("2026-05-01", "2026-05-05"), ("2026-06-19", "2026-06-21"), ("2026-09-25", "2026-09-27"),
           ("2026-10-01", "2026-10-07")]
    special = {day: [] for first, last in off for day in dates(first, last)}
    for day in ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]:
        special[day] = OFFICE
    return special


# zone, hours of the weekdays, hours of a day, days that are not as usual
CALENDARS = {
    "cn": ("Asia/Shanghai", [OFFICE] * 5 + [[], []], 8, china()),
    "uneven": ("Asia/Shanghai", [["08:00-17:00"]] * 4 + [["08:00-12:00"], [], []], 8, {"2026-12-24": ["09:00-12:00"]}),
    "night": ("Asia/Shanghai", [["22:00-06:00"]] * 5 + [[], []], 8, {"2026-03-03": []}),
    "clock": ("America/New_York", [["00:00-24:00"]] * 7, 24, {}),
    "berlin": ("Europe/Berlin", [["09:00-17:00"]] * 5 + [[], []], 8, {}),
    "nights": ("Europe/Berlin", [["22:00-06:00"]] * 7, 8, {}),
    "small": ("America/New_York", [["01:30-02:30"]] * 7, 1, {}),
}


def first_showing(zone, local):
    """The first instant at which clocks show this time or a later one."""
    at = local.replace(tzinfo=timezone.utc) - timedelta(hours=27)
    at -= timedelta(seconds=at.second, microseconds=at.microsecond)
    while at.astimezone(zone).replace(tzinfo=None) < local.replace(second=0, microsecond=0):
        at += MINUTE
    exact = at.astimezone(zone).replace(tzinfo=None) == local.replace(second=0, microsecond=0)
    return at + timedelta(seconds=local.second, microseconds=local.microsecond) if exact else at


SHIFTS = {}


def shifts(name, day):
    zone, week, _, special = CALENDARS[name]
    if (name, day) not in SHIFTS:
        found = []
        for span in special.get(day.isoformat(), week[day.weekday()]):
            start, end = (int(part[:2]) * 60 + int(part[3:]) for part in span.split("-"))
            midnight = datetime(day.year, day.month, day.day)
            end += 24 * 60 if end <= start else 0
            ends = [first_showing(ZoneInfo(zone), midnight + minutes * MINUTE) for minutes in (start, end)]
            found.append(ends)
        SHIFTS[name, day] = found
    return SHIFTS[name, day]


def works(name, at):
    local = at.astimezone(ZoneInfo(CALENDARS[name][0])).date()
    near = [local + timedelta(days=more) for more in (-1, 0, 1)]
    return any(start <= at < end for day in near for start, end in shifts(name, day))


def between(name, a, b):
    if b < a:
        return -between(name, b, a)
    total, day = timedelta(0), a.date() - timedelta(days=3)
    while day <= b.date() + timedelta(days=3):
        for start, end in shifts(name, day):
            total += max(min(end, b) - max(start, a), timedelta(0))
        day += timedelta(days=1)
    return total


def add_working(name, at, by):
    step = MINUTE if by % MINUTE == timedelta(0) and at.second == 0 else timedelta(seconds=1)
    while by > timedelta(0):
        by -= step if works(name, at) else timedelta(0)
        at += step
    while by < timedelta(0):
        at -= step
        by += step if works(name, at) else timedelta(0)
    return at


def add(name, at, text):
    sign = -1 if text.startswith("-") else 1
    count = {unit: sign * int(number) for number, unit in re.findall(r"(\d+)([wdhms])", text)}
    days = count.get("w", 0) * 7 + count.get("d", 0)
    rest = timedelta(hours=count.get("h", 0), minutes=count.get("m", 0), seconds=count.get("s", 0))
    if text.endswith("working"):
        return add_working(name, at, days * timedelta(hours=CALENDARS[name][2]) + rest)
    if days:
        zone = ZoneInfo(CALENDARS[name][0])
        at = first_showing(zone, at.astimezone(zone).replace(tzinfo=None) + timedelta(days=days))
    return at.astimezone(timezone.utc) + rest


def share(name, start, percent, due):
    whole = between(name, start, due)
    if percent == 100:
        return due
    if whole == timedelta(0):
        return start + (due - start) * percent / 100
    return add_working(name, start, whole * percent / 100) if percent < 100 else add_working(name, due, whole * (percent - 100) / 100)


def quiet(name, at, first, last):
    def inside(at):
        time = at.astimezone(ZoneInfo(CALENDARS[name][0])).strftime("%H:%M")
        return first <= time < last if first < last else time >= first or time < last
    while inside(at):
        at = (at + MINUTE).replace(second=0)
    return at


def answer(name, asked, start, given):
    at = datetime.fromisoformat(start).astimezone(timezone.utc)
    if asked == "add":
        return add(name, at, given)
    if asked == "between":
        return between(name, at, datetime.fromisoformat(given).astimezone(timezone.utc))
    if asked == "share":
        percent, due = given.split()
        return share(name, at, int(percent), datetime.fromisoformat(due).astimezone(timezone.utc))
    if asked == "next":
        while not works(name, at):
            at += timedelta(seconds=1) if at.second else MINUTE
        return at
    if asked == "is":
        return works(name, at)
    return quiet(name, at, *given.split())


def read(asked, text):
    if asked == "between":
        sign = -1 if text.startswith("-") else 1
        units = {"h": "hours", "m": "minutes", "s": "seconds", "ms": "milliseconds"}
        number, unit = re.fullmatch(r"-?(\d+)([a-z]+)", text).groups()
        return sign * timedelta(**{units[unit]: int(number)})
    return text == "yes" if asked == "is" else datetime.fromisoformat(text)


rows = wrong = 0
for line in Path(__file__).with_name("rows.txt").read_text().splitlines():
    if line and not line.startswith("#"):
        name, asked, start, given, expected = (part.strip() for part in line.split("|"))
        rows += 1
        found = answer(name, asked, start, given)
        if found != read(asked, expected):
            wrong += 1
            print(line, "->", found.astimezone(ZoneInfo(CALENDARS[name][0])) if isinstance(found, datetime) else found)
print(f"{rows} rows, {wrong} wrong")
raise SystemExit(wrong > 0)
