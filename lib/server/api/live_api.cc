#include "server/api/live_api.h"

#include <charconv>

#include "server/live/page_session.h"
#include "server/live/tail_session.h"
#include "server/query/query_params.h"
#include "server/transport/reply.h"
#include "server/transport/websocket_handshake.h"

namespace logsvc::server {
namespace {

constexpr uint64_t kMaxDelaySeconds = 5;

struct TailRequest {
  std::string query;
  Timestamp start = 0;
  uint64_t limit = 100;
  Duration delay = 0;
  TailForm form = TailForm::kPlain;
  bool page = false;
};

Result<TailRequest> tail_request(const http::Request& request, Timestamp now) {
  const Params params(request);
  TailRequest out;
  out.query = params.text("query");
  ASSIGN_OR_RETURN(out.limit, params.limit(100));
  ASSIGN_OR_RETURN(out.start, params.time("start", now - kHour));
  const std::string delay = params.text("delay_for");
  if (!delay.empty()) {
    uint64_t seconds = 0;
    const auto [end, failure] = std::from_chars(delay.data(), delay.data() + delay.size(), seconds);
    if (failure != std::errc() || end != delay.data() + delay.size()) {
      return invalid("strconv.Atoi: parsing " + quote(delay) + ": invalid syntax");
    }
    if (seconds > kMaxDelaySeconds) return invalid("delay_for can't be greater than 5");
    out.delay = static_cast<Duration>(seconds) * kSecond;
  }
  if (categorizes(encoding_flags(request))) out.form = TailForm::kCategorized;
  if (request.path.starts_with("/api/prom/")) out.form = TailForm::kLegacy;
  out.page = request.path == "/api/live";
  return out;
}

struct History {
  std::vector<TailEntry> entries;  // oldest first
  std::vector<std::string> warnings;
};

// Reads the newest `limit` entries of [start, now).
Result<History> history(const logql::Engine& engine, const TailRequest& tail, Timestamp now,
                        const logql::QueryRun& run) {
  logql::RangeRequest range;
  range.run = run;
  range.query = tail.query;
  range.start = tail.start;
  range.end = std::max(tail.start, now);
  range.step = kSecond;
  range.limit = tail.limit;
  range.categorize_labels = tail.form == TailForm::kCategorized;
  ASSIGN_OR_RETURN(logql::QueryResult result, engine.range(range));
  std::vector<TailEntry> out;
  for (auto& stream : std::get<logql::StreamsResult>(result.data).streams) {
    for (auto& entry : stream.entries) out.push_back({stream.labels, std::move(entry)});
  }
  std::reverse(out.begin(), out.end());
  std::stable_sort(out.begin(), out.end(), [](const TailEntry& a, const TailEntry& b) {
    return a.entry.timestamp < b.entry.timestamp;
  });
  return History{std::move(out), std::move(result.warnings)};
}

}  // namespace

void LiveApi::add_to(Routes& routes) {
  using A = Access;
  const Route::Upgrade live = [this](std::unique_ptr<http::Stream>& stream,
                                     const std::string& accept, const http::Request& request,
                                     http::Response& response, const Principal& principal) {
    return upgrade(stream, accept, request, response, principal);
  };
  routes.add({"GET POST", "/loki/api/v1/tail", "loki_api_v1_tail", A::kRead,
              handler(this, &LiveApi::tail), Route::Body::kForm, false, live});
  routes.add({"GET POST", "/api/prom/tail", "api_prom_tail", A::kRead,
              handler(this, &LiveApi::tail), Route::Body::kForm, false, live});
  routes.add({"GET", "/api/live", "api_live", A::kRead, handler(this, &LiveApi::tail),
              Route::Body::kForm, false, live});
}

// Answers a client that does not ask for a WebSocket.
void LiveApi::tail(const http::Request&, http::Response& response) {
  response.set_header("Sec-WebSocket-Version", "13");
  send_text(response, 400, "Bad Request\n");
}

bool LiveApi::upgrade(std::unique_ptr<http::Stream>& stream, const std::string& accept,
                      const http::Request& request, http::Response& response,
                      const Principal& principal) {
  const auto view = views_.of(principal);
  const Timestamp now = clock_.now();
  const auto parsed = tail_request(request, now);
  if (!parsed.ok()) {
    send_error(response, parsed.error());
    return false;
  }
  const bool metric = logql::is_metric_query(parsed->query);
  auto query =
      metric ? Result<std::unique_ptr<logql::TailQuery>>(invalid("only log selector is supported"))
             : logql::TailQuery::parse(parsed->query);
  if (!query.ok() && !metric) {
    send_error(response, query.error());
    return false;
  }
  if (!query.ok()) {
    if (!accept_upgrade(*stream, accept)) return false;
    tail_loop_.adopt_refused(std::move(stream), query.error().message);
    return true;
  }
  // Subscribe first, read second: this leaves no gap, and what is in both is shown once.
  std::shared_ptr<LiveSession> session;
  const auto subscribe = [&](auto reader) {
    const bool categorize = parsed->form == TailForm::kCategorized;
    tail_loop_.hub().subscribe(views_.feed_key(principal, parsed->query, categorize),
                               views_.narrowed(principal, std::move(*query)), reader);
    session = reader;
  };
  if (parsed->page) {
    subscribe(std::make_shared<PageSession>());
  } else {
    subscribe(std::make_shared<TailSession>(parsed->form, parsed->delay));
  }
  History past;
  const Status read = queries_.run(caller_of(request, principal), [&](const auto& run) -> Status {
    ASSIGN_OR_RETURN(past, history(view->engine(), *parsed, clock_.now(), run));
    return {};
  });
  if (!read.ok()) send_error(response, read.error());
  if (!read.ok() || !accept_upgrade(*stream, accept)) {
    tail_loop_.hub().unsubscribe(session->feed_reader());
    return false;
  }
  session->set_warnings(past.warnings);
  session->set_history(std::move(past.entries), clock_.steady_ns());
  tail_loop_.adopt(std::move(stream), std::move(session), principal.validity);
  return true;
}

}  // namespace logsvc::server
