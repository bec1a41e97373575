#include "server/api/volume_api.h"

#include "server/explore/volume.h"
#include "server/query/response_json.h"
#include "server/query/selection.h"
#include "server/transport/reply.h"

namespace logsvc::server {
namespace {

constexpr uint64_t kDefaultLimit = 100;

std::vector<std::string> comma_list(const std::string& text) {
  std::vector<std::string> out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    if (end > at) out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

Result<VolumeRequest> read_volume(const Params& params, std::vector<Matcher> matchers) {
  VolumeRequest out;
  out.matchers = std::move(matchers);
  out.target_labels = comma_list(params.text("targetLabels"));
  const std::string by = params.text("aggregateBy");
  if (!by.empty() && by != "series" && by != "labels") return invalid("invalid aggregation option");
  out.by_label_name = by == "labels";
  ASSIGN_OR_RETURN(const int64_t limit, params.integer("limit", 0));
  if (limit < 0) return invalid("limit must be a positive value");
  out.limit = limit == 0 ? kDefaultLimit : static_cast<uint64_t>(limit);
  return out;
}

// Holds what the numbers of each stream take: as they are found, summed up by row, sorted, and as
// samples.
Status hold_rows(const LogSource& source, TimeRange range, const std::vector<Matcher>& matchers,
                 size_t buckets, const logql::QueryRun& run) {
  constexpr uint64_t kCopies = 4;
  constexpr uint64_t kLabelBytes = 512;
  ASSIGN_OR_RETURN(const auto streams, source.series(range, {matchers}));
  return run.memory->hold(streams.size() * (buckets * sizeof(uint64_t) * kCopies + kLabelBytes));
}

}  // namespace

void VolumeApi::add_to(Routes& routes) {
  using A = Access;
  routes.add({"GET POST", "/loki/api/v1/index/stats", "loki_api_v1_index_stats", A::kRead,
              handler(this, &VolumeApi::index_stats)});
  routes.add({"GET POST", "/loki/api/v1/index/volume", "loki_api_v1_index_volume", A::kRead,
              handler(this, &VolumeApi::volume)});
  routes.add({"GET POST", "/loki/api/v1/index/volume_range", "loki_api_v1_index_volume_range",
              A::kRead, handler(this, &VolumeApi::volume_range)});
}

void VolumeApi::index_stats(const http::Request& request, http::Response& response,
                            const Principal& principal) {
  const auto view = views_.of(principal);
  const auto selected = read_selection(Params(request), clock_.now(), {});
  if (!selected.ok()) return send_error(response, selected.error());
  queries_.answer(request, response, principal, [&](const logql::QueryRun&) -> Status {
    ASSIGN_OR_RETURN(const auto totals, view->source().totals(selected->range, selected->matchers));
    uint64_t chunks = 0, bytes = 0, entries = 0;
    for (const StreamTotals& t : totals) {
      chunks += t.chunks;
      bytes += t.bytes;
      entries += t.entries;
    }
    send_json(response, "{\"streams\":" + std::to_string(totals.size()) + ",\"chunks\":" +
                            std::to_string(chunks) + ",\"bytes\":" + std::to_string(bytes) +
                            ",\"entries\":" + std::to_string(entries) + "}\n");
    return {};
  });
}

void VolumeApi::volume(const http::Request& request, http::Response& response,
                       const Principal& principal) {
  answer_volume(request, response, principal, false);
}
void VolumeApi::volume_range(const http::Request& request, http::Response& response,
                             const Principal& principal) {
  answer_volume(request, response, principal, true);
}

void VolumeApi::answer_volume(const http::Request& request, http::Response& response,
                              const Principal& principal, bool by_step) {
  const auto view = views_.of(principal);
  const Params params(request);
  auto selected = read_selection(params, clock_.now(), {.allow_all = true});
  if (!selected.ok()) return send_error(response, selected.error());
  const TimeRange range{selected->range.start, selected->range.end - 1};
  auto wanted = read_volume(params, std::move(selected->matchers));
  if (!wanted.ok()) return send_error(response, wanted.error());
  wanted->max_series = max_series_;
  Duration step = 0;
  if (by_step) {
    const auto given = params.step("step", default_step(range));
    if (!given.ok()) return send_error(response, given.error());
    step = *given;
    if (const Status fits = check_step(range, step); !fits.ok()) {
      return send_error(response, fits.error());
    }
  }
  queries_.answer(request, response, principal, [&](const logql::QueryRun& run) -> Status {
    const auto buckets = volume_buckets(range, step);
    RETURN_IF_ERROR(hold_rows(view->source(), range, wanted->matchers, buckets.size(), run));
    ASSIGN_OR_RETURN(auto series, volumes(view->source(), *wanted, buckets));
    logql::QueryResult result;
    if (by_step && !series.empty()) {
      result.data = logql::MatrixResult{std::move(series)};
    } else {
      result.data = logql::VectorResult{std::move(series)};
    }
    ASSIGN_OR_RETURN(std::string body, query_response(result, {}, run));
    send_json(response, std::move(body));
    return {};
  });
}

}  // namespace logsvc::server
