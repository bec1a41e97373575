#include "server/http/api.h"
#include "server/http/params.h"

namespace logsvc::server {
namespace {

struct Selection {
  TimeRange range;
  std::vector<Matcher> matchers;
};

// start, end, since and an optional selector in `query`.
Result<Selection> selection(const httplib::Request& request, Timestamp now) {
  const Params params(request);
  Selection out;
  ASSIGN_OR_RETURN(out.range, params.range(now));
  if (out.range.end < out.range.start) {
    return invalid("end timestamp must not be before or equal to start time");
  }
  // The index answers for whole blocks; an empty range still means its instant.
  out.range.end = add_saturated(out.range.end, 1);
  const std::string query = params.text("query");
  if (!query.empty()) {
    ASSIGN_OR_RETURN(out.matchers, logql::parse_selector(query, false));
  }
  return out;
}

}  // namespace

void Api::labels(const Request& request, Response& response) {
  const auto selected = selection(request, clock_.now());
  if (!selected.ok()) return send_error(response, selected.error());
  const auto names = store_.label_names(selected->range, selected->matchers);
  if (!names.ok()) return send_error(response, names.error());
  send_json(response, list_response(*names));
}

void Api::label_values(const Request& request, Response& response) {
  const auto selected = selection(request, clock_.now());
  if (!selected.ok()) return send_error(response, selected.error());
  constexpr std::string_view kBefore = "/loki/api/v1/label/";
  const std::string rest = request.path.substr(kBefore.size());
  const auto values =
      store_.label_values(rest.substr(0, rest.find('/')), selected->range, selected->matchers);
  if (!values.ok()) return send_error(response, values.error());
  send_json(response, list_response(*values));
}

void Api::series(const Request& request, Response& response) {
  const Params params(request);
  const auto range = params.range(clock_.now());
  if (!range.ok()) return send_error(response, range.error());
  std::vector<std::string> texts = params.all("match[]");
  for (const std::string& text : params.all("match")) texts.push_back(text);
  std::vector<std::vector<Matcher>> groups;
  for (const std::string& text : texts) {
    auto matchers = logql::parse_selector(text, true);
    if (!matchers.ok()) return send_error(response, matchers.error());
    if (matchers->empty() && texts.size() > 1) {
      return send_error(response, invalid("0 matchers in group: {}"));
    }
    if (!matchers->empty()) groups.push_back(std::move(*matchers));
  }
  const auto found = store_.series({range->start, add_saturated(range->end, 1)}, groups);
  if (!found.ok()) return send_error(response, found.error());
  send_json(response, series_response(*found));
}

void Api::index_stats(const Request& request, Response& response) {
  const auto selected = selection(request, clock_.now());
  if (!selected.ok()) return send_error(response, selected.error());
  const auto totals = store_.totals(selected->range, selected->matchers);
  if (!totals.ok()) return send_error(response, totals.error());
  uint64_t chunks = 0, bytes = 0, entries = 0;
  for (const StreamTotals& t : *totals) {
    chunks += t.chunks;
    bytes += t.bytes;
    entries += t.entries;
  }
  send_json(response, "{\"streams\":" + std::to_string(totals->size()) + ",\"chunks\":" +
                          std::to_string(chunks) + ",\"bytes\":" + std::to_string(bytes) +
                          ",\"entries\":" + std::to_string(entries) + "}\n");
}

}  // namespace logsvc::server
