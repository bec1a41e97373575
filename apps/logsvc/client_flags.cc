#include "client_flags.h"

#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <iostream>

#include "gotext/time/go_time.h"

namespace logsvc {
namespace {

Timestamp now() {
  std::timespec t{};
  std::timespec_get(&t, TIME_UTC);
  return t.tv_sec * kSecond + t.tv_nsec;
}

// Sets the zone that times are shown in; "Local" is what TZ says.
Status use_zone(const std::string& zone) {
  if (zone == "Local" || zone == "UTC") return {};
  if (!tmpl::TimeZone::named(zone).known()) {
    return invalid(
        "--timezone: unknown time zone \"" + zone +
        "\": expected Local, UTC or a name like Asia/Seoul that /usr/share/zoneinfo has");
  }
  ::setenv("TZ", zone.c_str(), 1);
  ::tzset();
  return {};
}

}  // namespace

int report(const std::string& command, const Error& error) {
  std::cout.flush();
  std::cerr << "logsvc " << command << ": " << error.message << '\n';
  return error.code == ErrorCode::kUnavailable ? kUnreachable : 1;
}

void add_server_flags(CLI::App& command, ServerFlags& flags) {
  client::ClientOptions& o = flags.options;
  command.add_option("--addr", o.address, "Server [LOKI_ADDR]")
      ->envname("LOKI_ADDR")
      ->capture_default_str();
  command.add_option("--username", o.username, "[LOKI_USERNAME]")->envname("LOKI_USERNAME");
  command.add_option("--password", o.password, "[LOKI_PASSWORD]")->envname("LOKI_PASSWORD");
  command.add_option("--org-id", o.org_id, "Tenant [LOKI_ORG_ID]")->envname("LOKI_ORG_ID");
  command.add_option("--bearer-token", o.bearer_token, "[LOKI_BEARER_TOKEN]")
      ->envname("LOKI_BEARER_TOKEN");
  command.add_option("--bearer-token-file", o.bearer_token_file, "[LOKI_BEARER_TOKEN_FILE]")
      ->envname("LOKI_BEARER_TOKEN_FILE");
  command.add_option("--auth-header", o.auth_header, "Header of the password [LOKI_AUTH_HEADER]")
      ->envname("LOKI_AUTH_HEADER");
  command.add_option("--query-tags", o.query_tags, "X-Query-Tags [LOKI_QUERY_TAGS]")
      ->envname("LOKI_QUERY_TAGS");
  command.add_option("--ca-cert", o.ca_cert, "PEM file [LOKI_CA_CERT_PATH]")
      ->envname("LOKI_CA_CERT_PATH");
  command.add_option("--cert", o.cert, "Client certificate [LOKI_CLIENT_CERT_PATH]")
      ->envname("LOKI_CLIENT_CERT_PATH");
  command.add_option("--key", o.key, "Its key [LOKI_CLIENT_KEY_PATH]")
      ->envname("LOKI_CLIENT_KEY_PATH");
  command.add_flag("--tls-skip-verify", o.tls_skip_verify, "[LOKI_TLS_SKIP_VERIFY]")
      ->envname("LOKI_TLS_SKIP_VERIFY");
  command
      .add_option("--tls-fingerprint", o.tls_fingerprint,
                  "SHA-256 of the server's certificate, instead of an authority "
                  "[LOKI_TLS_FINGERPRINT]")
      ->envname("LOKI_TLS_FINGERPRINT");
  command.add_option("--proxy-url", o.proxy_url, "[LOKI_HTTP_PROXY_URL]")
      ->envname("LOKI_HTTP_PROXY_URL");
  command.add_flag("--compress", o.compress, "Ask for gzip [LOKI_HTTP_COMPRESSION]")
      ->envname("LOKI_HTTP_COMPRESSION");
  command.add_option("--retries", o.retries, "Attempts beside the first [LOKI_CLIENT_RETRIES]")
      ->envname("LOKI_CLIENT_RETRIES")
      ->capture_default_str();
  command.add_flag("-q,--quiet", flags.quiet, "Say nothing beside the answer");
}

Result<Timestamp> parse_time_flag(const std::string& flag, const std::string& text) {
  if (text == "now") return now();
  if (const auto t = parse_rfc3339(text)) return *t;
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  if (digits && text.size() < 19) return std::stoll(text) * (text.size() > 10 ? 1 : kSecond);
  if (digits && text.size() == 19) return static_cast<Timestamp>(std::stoull(text));
  return invalid(flag + ": expected a time like 2026-01-31T08:00:00Z, found \"" + text + "\"");
}

Result<TimeFlags::Range> TimeFlags::range() const {
  Range out;
  const auto span = parse_duration(since);
  if (!span.ok() || *span <= 0) {
    return invalid("--since: expected a duration like 90m, found \"" + since + "\"");
  }
  out.end = now();
  if (!to.empty()) {
    ASSIGN_OR_RETURN(out.end, parse_time_flag("--to", to));
  }
  out.start = add_saturated(out.end, -*span);
  if (!from.empty()) {
    ASSIGN_OR_RETURN(out.start, parse_time_flag("--from", from));
  }
  if (out.end < out.start) return invalid("--to: it is before --from");
  return out;
}

void add_time_flags(CLI::App& command, TimeFlags& flags) {
  command.add_option("--since", flags.since, "How far back")->capture_default_str();
  command.add_option("--from", flags.from, "Start, RFC 3339, instead of --since");
  command.add_option("--to", flags.to, "End, RFC 3339 (default now)");
}

Result<client::PrintOptions> OutputFlags::options() const {
  client::PrintOptions out;
  const auto parsed = client::parse_output_format(format);
  if (!parsed.ok()) return invalid("--output: " + parsed.error().message);
  out.format = *parsed;
  if (time_format != "rfc3339" && time_format != "rfc3339nano") {
    return invalid("--output-timestamp-format: expected rfc3339 or rfc3339nano, found \"" +
                   time_format + "\"");
  }
  out.nanoseconds = time_format == "rfc3339nano";
  out.no_labels = no_labels;
  out.include_labels = include_labels;
  out.exclude_labels = exclude_labels;
  out.labels_width = labels_width;
  const char* no_colour = std::getenv("NO_COLOR");
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  out.colour = coloured || (terminal && !(no_colour && *no_colour));
  out.utc = zone == "UTC";
  RETURN_IF_ERROR(use_zone(zone));
  return out;
}

void add_output_flags(CLI::App& command, OutputFlags& flags) {
  command.add_option("-o,--output", flags.format, "default, raw or jsonl")->capture_default_str();
  command.add_option("-z,--timezone", flags.zone, "Local, UTC or a name like Asia/Seoul")
      ->capture_default_str();
  command.add_option("--output-timestamp-format", flags.time_format, "rfc3339 or rfc3339nano")
      ->capture_default_str();
  command.add_flag("--no-labels", flags.no_labels, "Lines without their labels");
  command.add_option("--include-label", flags.include_labels, "Show this label (repeatable)")
      ->allow_extra_args(false);
  command.add_option("--exclude-label", flags.exclude_labels, "Hide this label (repeatable)")
      ->allow_extra_args(false);
  command.add_option("--labels-length", flags.labels_width, "Pad labels to this width");
  command.add_flag("--colored-output", flags.coloured, "Colours even if it is not a terminal");
}

}  // namespace logsvc
