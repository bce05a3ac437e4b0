# report.json -> a table for people; $before is the last run's.
def fixed($digits): if . == null then "" else (. * pow(10; $digits) | round / pow(10; $digits) | tostring) as $text
    | if $digits > 0 and ($text | test("e") | not) then ($text | split(".")) as $parts | $parts[0] + "." + ((($parts[1] // "") + "0000")[0:$digits]) else $text end end;
def left($width): . + " " * ([$width - length, 0] | max);
def right($width): " " * ([$width - length, 0] | max) + .;
def cells($widths): [., $widths] | transpose | map(.[1] as $width | .[0] | if $width < 0 then left(-$width) else right($width) end) | join("  ");
def earlier($list; same): ($before[0][$list] // []) | map(select(same)) | .[0];

(.environment | "\(.date)  commit \(.commit)  \(.cores) x \(.cpu)  Linux \(.kernel)  report of \(.report_bytes // "?") bytes"),
(if (.requests // []) != [] then
    "",
    (["requests", "per s", "to yardstick", "(range)", "before", "p50 ms", "p99 ms", "p99 to yardstick", "errors"] | cells([-30, 8, 12, 13, 6, 8, 8, 16, 6])),
    (.requests[] as $figure | $figure
     | [.name, (.per_s | fixed(0)), (.ratio | fixed(2)), (.ratio_range | map(fixed(2)) | join("-")), (earlier("requests"; .name == $figure.name).ratio | fixed(2)),
        (.p50_ms | fixed(2)), (.p99_ms | fixed(2)), (.p99_ratio | fixed(2)), (.errors | tostring)]
     | cells([-30, 8, 12, 13, 6, 8, 8, 16, 6]))
 else empty end),
(if (.generation // []) != [] then
    "",
    (["generation, both modes", "threads", "s", "floor s", "to floor", "before", "MiB", "us a deal", "growth", "to bare", "published s", "to bare", "first run"] | cells([-30, 8, 8, 8, 8, 6, 6, 9, 7, 7, 11, 7, 9])),
    (.generation[] as $figure | $figure
     | [.database + ", " + (.deals | tostring) + " deals", (.threads | tostring), (.s | fixed(2)), (.floor_s | fixed(2)), (.ratio | fixed(2)),
        (earlier("generation"; .database == $figure.database and .threads == $figure.threads).ratio | fixed(2)), (.rss_mib | fixed(0)), (.us_per_deal | fixed(3)), (.growth | fixed(2)), (.to_bare | fixed(2)), (.published_s | fixed(2)), (.published_to_bare | fixed(2)), (.first_to_bare | fixed(2))]
     | cells([-30, 8, 8, 8, 8, 6, 6, 9, 7, 7, 11, 7, 9]))
 else empty end),
(if (.worker // []) != [] then
    "",
    (["a worker", "ms", "MiB"] | cells([-40, 8, 8])),
    (.worker[] | [.name, (.ms | fixed(1)), (.rss_mib | fixed(1))] | cells([-40, 8, 8]))
 else empty end)
