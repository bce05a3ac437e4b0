-- What wrk measured, as one line of JSON. By the environment: WRK_HEADERS, the request's, one a line; WRK_PAUSE_MS, how long each
-- connection rests between its requests (flat out where there is none).
local pause_ms = tonumber(os.getenv("WRK_PAUSE_MS") or "")
if pause_ms then
  function delay()
    return pause_ms
  end
end

function setup(thread)
  thread:set("headers_text", os.getenv("WRK_HEADERS") or "")
end

function init(args)
  for name, value in string.gmatch(headers_text, "([^:\n]+): ([^\n]+)") do
    wrk.headers[name] = value
  end
end

function done(summary, latency, requests)
  local failed = summary.errors
  io.write(string.format(
    '{"requests":%d,"per_s":%.1f,"p50_ms":%.3f,"p99_ms":%.3f,"errors":%d,"status_errors":%d}\n',
    summary.requests, summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    failed.connect + failed.read + failed.write + failed.timeout, failed.status))
end
