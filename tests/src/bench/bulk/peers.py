"""What a careful engineer would write with DuckDB or Polars for the same two files: counts only, no list of exceptions.

usage: peers.py TOOL SALES STATEMENT   (TOOL: duckdb-join, duckdb-group, polars-join, polars-group)
Prints one line: matched duplicates amount_differs only_sales only_statement, microseconds without start and import, peak memory in KiB.
"""

import resource
import sys
import time

KEY = ["terminal", "approval", "date", "amount"]
PART = KEY[:3]


def duckdb_tables(sales, statement):
    import duckdb

    connection = duckdb.connect()
    connection.execute("set threads = 2")
    columns = "'terminal': 'BIGINT', 'approval': 'INTEGER', 'date': 'DATE'"
    s = (
        f"read_csv('{sales}', header = true, columns = {{'sale_id': 'VARCHAR', {columns}, "
        "'time': 'VARCHAR', 'amount': 'INTEGER', 'brand': 'VARCHAR'})"
    )
    r = (
        f"read_csv('{statement}', header = true, columns = {{'line': 'BIGINT', {columns}, "
        "'amount': 'INTEGER', 'fee': 'INTEGER'})"
    )
    return connection, s, r


# From the keys whose numbers of sales (j) and lines (a) differ.
LEFT = """, part as (select sum(j) j, sum(a) a from left_over where j = 0 or a = 0 group by terminal, approval, date)
    select (select coalesce(sum(a - j), 0) from left_over where j > 0 and a > j),
        coalesce(sum(least(j, a)), 0), coalesce(sum(greatest(j - a, 0)), 0), coalesce(sum(greatest(a - j, 0)), 0)
    from part"""


def duckdb_group(sales, statement):
    connection, s, r = duckdb_tables(sales, statement)
    query = f"""with both_sides as (
            select terminal, approval, date, amount, 1 j, 0 a from {s}
            union all select terminal, approval, date, amount, 0 j, 1 a from {r}),
        keys as (select terminal, approval, date, amount, sum(j)::INTEGER j, sum(a)::INTEGER a
            from both_sides group by all)
        select j, a, count(*), terminal, approval, date from keys where j <> a group by all"""
    connection.execute(f"create temp table left_rows as {query}")
    rows = connection.execute(f"select count(*) from {s}").fetchone()[0]
    left = "with left_over as (select * from left_rows)" + LEFT
    duplicates, differs, only_sales, only_statement = connection.execute(left).fetchone()
    return rows - differs - only_sales, duplicates, differs, only_sales, only_statement


def duckdb_join(sales, statement):
    connection, s, r = duckdb_tables(sales, statement)
    # The plain outer join: a line that is there twice gives two rows, which the window of the few leftovers finds again.
    query = f"""create temp table left_rows as
        with s as (select terminal, approval, date, amount from {s}),
            r as (select terminal, approval, date, amount from {r})
        select coalesce(s.terminal, r.terminal) terminal, coalesce(s.approval, r.approval) approval,
            coalesce(s.date, r.date) date, (s.terminal is not null)::INTEGER j, (r.terminal is not null)::INTEGER a
        from s full outer join r using (terminal, approval, date, amount)
        where s.terminal is null or r.terminal is null"""
    connection.execute(query)
    rows = connection.execute(f"select count(*) from {s}").fetchone()[0]
    doubled = f"""select coalesce(sum(n - 1), 0) from
        (select count(*) n from {r} group by terminal, approval, date, amount having count(*) > 1)"""
    duplicates = connection.execute(doubled).fetchone()[0]
    left = "with left_over as (select * from left_rows)" + LEFT
    _, differs, only_sales, only_statement = connection.execute(left).fetchone()
    return rows - differs - only_sales, duplicates, differs, only_sales, only_statement


def polars_tables(sales, statement):
    import polars as pl

    types = {"terminal": pl.Int64, "approval": pl.Int32, "amount": pl.Int32}
    read = lambda path: pl.scan_csv(path, schema_overrides=types).select(KEY)
    return pl, read(sales), read(statement)


def polars_counts(pl, left):
    doubled = left.filter((pl.col("j") > 0) & (pl.col("a") > pl.col("j")))
    duplicates = doubled.select((pl.col("a") - pl.col("j")).sum()).item()
    alone = left.filter((pl.col("j") == 0) | (pl.col("a") == 0))
    part = alone.group_by(PART).agg(pl.col("j").sum(), pl.col("a").sum())
    return duplicates, part.select(
        differs=pl.min_horizontal("j", "a").sum(),
        only_sales=(pl.col("j") - pl.col("a")).clip(0).sum(),
        only_statement=(pl.col("a") - pl.col("j")).clip(0).sum(),
    ).row(0)


def polars_group(sales, statement):
    pl, s, r = polars_tables(sales, statement)
    marked = lambda frame, j: frame.with_columns(
        j=pl.lit(j, pl.Int32), a=pl.lit(1 - j, pl.Int32)
    )
    keys = pl.concat([marked(s, 1), marked(r, 0)]).group_by(KEY).agg(pl.col("j").sum(), pl.col("a").sum())
    left, rows = pl.collect_all(
        [keys.filter(pl.col("j") != pl.col("a")), s.select(pl.len())], engine="streaming"
    )
    duplicates, (differs, only_sales, only_statement) = polars_counts(pl, left)
    return rows.item() - differs - only_sales, duplicates, differs, only_sales, only_statement


def polars_join(sales, statement):
    pl, s, r = polars_tables(sales, statement)
    lines = r.group_by(KEY).agg(a=pl.len().cast(pl.Int32))
    joined = s.with_columns(j=pl.lit(1, pl.Int32)).join(lines, on=KEY, how="full", coalesce=True)
    keys = joined.with_columns(pl.col("j").fill_null(0), pl.col("a").fill_null(0))
    left, rows = pl.collect_all(
        [keys.filter(pl.col("j") != pl.col("a")), s.select(pl.len())], engine="streaming"
    )
    duplicates, (differs, only_sales, only_statement) = polars_counts(pl, left)
    return rows.item() - differs - only_sales, duplicates, differs, only_sales, only_statement


def main():
    tool, sales, statement = sys.argv[1:4]
    work = {
        "duckdb-join": duckdb_join,
        "duckdb-group": duckdb_group,
        "polars-join": polars_join,
        "polars-group": polars_group,
    }[tool]
    if tool.startswith("duckdb"):
        import duckdb  # noqa: F401
    else:
        import polars  # noqa: F401
    begun = time.perf_counter_ns()
    counts = [int(count) for count in work(sales, statement)]
    micros = (time.perf_counter_ns() - begun) // 1000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(*counts, micros, peak)


main()
