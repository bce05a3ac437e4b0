# report.json -> an SVG picture: one bar a figure, as a ratio to its yardstick (the line at 1).
def escaped: gsub("&"; "&amp;") | gsub("<"; "&lt;");
def bar($y; $name; $ratio; $note; $colour; $max):
    "<text x=\"250\" y=\"\($y + 14)\" text-anchor=\"end\">\($name | escaped)</text>"
    + "<rect x=\"260\" y=\"\($y + 2)\" width=\"\($ratio / $max * 420 * 10 | round / 10)\" height=\"16\" fill=\"\($colour)\"/>"
    + "<text x=\"\(266 + $ratio / $max * 420 | round)\" y=\"\($y + 14)\">\($ratio * 100 | round / 100) <tspan fill=\"#666\">\($note | escaped)</tspan></text>";
def line($from; $to; $max): "<line x1=\"\(260 + 420 / $max | round)\" x2=\"\(260 + 420 / $max | round)\" y1=\"\($from)\" y2=\"\($to)\" stroke=\"#000\" stroke-dasharray=\"3 3\"/>";
def chart($top; $title; $bars; $colour):
    ([$bars[].ratio, 1.2] | max) as $max
    | "<text x=\"20\" y=\"\($top + 16)\" font-weight=\"bold\">\($title | escaped)</text>",
      ($bars | to_entries[] | bar($top + 28 + 24 * .key; .value.name; .value.ratio; .value.note; $colour; $max)),
      line($top + 26; $top + 28 + 24 * ($bars | length); $max);

[(.requests // [])[] | select(.yardstick == "nginx static" and .name != "nginx static") | {name, ratio, note: "\(.per_s | round)/s, p99 \(.p99_ms * 100 | round / 100) ms"}] as $requests
| [(.requests // [])[] | select(.name | contains("hits during")) | {name, ratio: .p99_ratio, note: "p99 \(.p99_ms * 100 | round / 100) ms"}] as $disturbed
| [(.generation // [])[] | {name: "\(.database), \(.threads) thread\(if .threads > 1 then "s" else "" end)", ratio, note: "\(.s * 100 | round / 100) s, \(.rss_mib | round) MiB"}] as $generation
| ([["Requests a second, to nginx sending the same file (higher is better)", $requests, "#0072b2"],
   ["p99 of hits while others work, to p99 while nobody does (lower is better)", $disturbed, "#009e73"],
   ["Generation of both modes, to a bare read of the columns by one thread (lower is better)", $generation, "#d55e00"]]
   | map(select(.[1] != []))) as $charts
| (reduce $charts[] as $chart (60; . + 60 + 24 * ($chart[1] | length))) as $height
| "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"900\" height=\"\($height)\" font-family=\"sans-serif\" font-size=\"13\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>",
  (.environment | "<text x=\"20\" y=\"28\" fill=\"#666\">\("\(.date), commit \(.commit), \(.cores) x \(.cpu)" | escaped)</text>"),
  ($charts | to_entries[] | .key as $index | .value as $chart
   | (reduce $charts[0:$index][] as $above (50; . + 60 + 24 * ($above[1] | length))) as $top
   | chart($top; $chart[0]; $chart[1]; $chart[2])),
  "</svg>"
