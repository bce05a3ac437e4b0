# The figures of all rounds -> one object. Ratios are taken round by round, so that a slow moment counts on both sides.
def median: sort | if length == 0 then null elif length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
def of($part; $name): map(select(.part == $part and .name == $name)) | sort_by(.round);
def paired($part; $name; $yardstick; $member):
    [of($part; $name), of($part; $yardstick)] | transpose | map(select(.[0] != null and .[1] != null) | .[0][$member] / .[1][$member]);
def names($part): map(select(.part == $part)) | sort_by(.round) | map(.name) | reduce .[] as $name ([]; if index($name) then . else . + [$name] end);

# What a deal costs, to what it costs in the next smaller database of narrow rows.
def with_growth: [.[] as $figure | $figure + {growth: (map(select(.threads == $figure.threads and .deals < $figure.deals and (.database | IN("wide", "motley", "bare", "2M-memos") | not)))
    | if . == [] then null else $figure.us_per_deal / (max_by(.deals).us_per_deal) end)}];

# What memos cost: to the same database without them.
def to_bare($name; $words): if $words[0] | IN("wide", "motley") then paired("generation"; $name; $name | sub($words[0]; "bare"); "s") | median else null end;

. as $all
| {
    environment: (($all | of("environment"; "machine") | .[0] | {date, commit, cpu, cores, kernel})
        + {report_bytes: ($all | of("environment"; "report, bytes") | .[0].bytes)}),
    requests: [$all | names("requests")[] as $name
        | ($all | of("requests"; $name)) as $figures
        | ($name | if test("hits (before|during) ") then sub("hits during "; "hits before ") else "nginx static" end) as $yardstick
        | {name: $name, per_s: ($figures | map(.per_s) | median), p50_ms: ($figures | map(.p50_ms) | median), p99_ms: ($figures | map(.p99_ms) | median),
           errors: ($figures | map(.errors) | add), yardstick: $yardstick,
           ratio: ($all | paired("requests"; $name; $yardstick; "per_s") | median),
           ratio_range: ($all | paired("requests"; $name; $yardstick; "per_s") | [min, max]),
           p99_ratio: ($all | paired("requests"; $name; $yardstick; "p99_ms") | median)}],
    generation: [$all | map(select(.part == "generation" and .deals != null)) | map(.name) | unique[] as $name
        | ($all | of("generation"; $name)) as $figures
        | ($name | split(" ")) as $words
        | {database: $words[0], threads: ($words[1] | tonumber), deals: $figures[0].deals,
           s: ($figures | map(.s) | median), floor_s: ($all | of("generation"; $words[0] + " floor") | map(.s) | median),
           ratio: ($all | paired("generation"; $name; $words[0] + " floor"; "s") | median),
           published_s: ($all | of("generation"; $name + " published") | map(.s) | median),
           rss_mib: (($figures | map(.rss_kib) | max) / 1024),
           us_per_deal: (($figures | map(.s) | median) * 1e6 / $figures[0].deals),
           to_bare: $all | to_bare($name; $words),
           published_to_bare: $all | to_bare($name + " published"; $words),
           first_to_bare: $all | to_bare($name + " first"; $words)}]
        | sort_by(.threads, .deals, .database) | with_growth,
    worker: [$all | names("worker")[] as $name | ($all | of("worker"; $name)) as $figures
        | {name: $name, ms: ($figures | map(.ms // empty) | median), rss_mib: (($figures | map(.rss_kib // empty) | max) as $kib | if $kib then $kib / 1024 else null end)}]
  }
| if (.requests | map(.name) | unique | length) == 0 then del(.requests) else . end
