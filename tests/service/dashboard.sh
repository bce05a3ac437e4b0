#!/usr/bin/env bash
# The dashboard's files as nginx serves them. What the page does in a browser: tests/browser.
# shellcheck source=tests/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"

settled_copy "$FIXTURES/crm_small.db" "$work_dir/crm.db"
start_service DB_PATH="$work_dir/crm.db" WORKERS=1 COMPUTE_WORKERS=1

get /
same 'the page is HTML' '200 text/html; charset=utf-8' "$status $(header Content-Type)"
same 'it may load nothing but its own scripts and styles, and be framed by nobody' \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" \
    "$(header Content-Security-Policy)"
same 'other security headers' 'nosniff no-referrer' "$(header X-Content-Type-Options) $(header Referrer-Policy)"
same 'it is asked for again each time' 'no-cache Accept-Encoding' "$(header Cache-Control) $(header Vary)"
etag=$(header ETag)
get / -H "If-None-Match: $etag"
same 'and is 304 as long as it is the same' '304 0' "$status $(stat -c %s "$body_file")"
get / -I
same 'HEAD of the page' '200 text/html; charset=utf-8' "$status $(header Content-Type)"
get / -X POST -d ''
is_problem 'POST of the page' 405 METHOD_NOT_ALLOWED

mapfile -t files < <(cd "$PROJECT_DIR/nginx/html" && printf '/%s\n' assets/*)
declare -A types=([css]='text/css; charset=utf-8' [js]='text/javascript; charset=utf-8' [svg]='image/svg+xml; charset=utf-8')
for file in "${files[@]}"; do
    get "$file"
    same "$file" "200 ${types[${file##*.}]} nosniff no-cache" \
        "$status $(header Content-Type) $(header X-Content-Type-Options) $(header Cache-Control)"
done
get "/assets/main.js" -H "If-None-Match: $(get /assets/main.js && header ETag)"
same 'a file that is the same is 304' 304 "$status"
for path in /assets /assets/ /assets/none.js /assets/.main.js /assets/main.js/ /index.html /html /html/index.html \
    /assets/../index.html /assets/%2e%2e/index.html; do
    get "$path"
    is_problem "$path" 404 NOT_FOUND
done

total=0
for file in / "${files[@]}"; do
    get "$file" -H 'Accept-Encoding: gzip'
    total=$((total + $(stat -c %s "$body_file")))
done
below 'page and parts are below 100 KiB, compressed' $((100 * 1024)) "$total"
printf '# %d bytes, compressed, in %d files\n' "$total" $((${#files[@]} + 1))

cd "$PROJECT_DIR/nginx/html" || exit
same 'every module is named for preloading' "$(cd assets && ls ./*.js | sed 's|./||' | grep -vx 'main.js\|first.js')" \
    "$(sed -n 's|^<link rel="modulepreload" href="/assets/\(.*\)">|\1|p' index.html)"
same 'no inline script or style' '' "$(grep -nE '<style|style=|<script>|[[:space:]]on[a-z]+=' index.html)"
same 'no markup from texts' '' "$(grep -nE 'innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function' assets/*.js)"
same 'no other host is named' '' "$(grep -noE "(https?:)?//[a-z0-9.-]+\.[a-z]{2,}" index.html assets/* | grep -v 'http://www.w3.org')"
finish
