// The HTTP API: one method a URL, grouped in files by what they are about. routes.cc is its table
// of contents. Borrows everything; safe from several threads; owns the threads on which queries
// run.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "http/http_server.h"
#include "http/message.h"
#include "insight/insight.h"
#include "logql/engine.h"
#include "model/log_source.h"
#include "os/clock.h"
#include "server/auth/authenticator.h"
#include "server/auth/gate.h"
#include "server/counters/counters.h"
#include "server/ingest/ingest.h"
#include "server/live/tail_loop.h"
#include "server/query/query_pool.h"
#include "server/shared/shared_items.h"
#include "server/transport/static_files.h"
#include "store/store.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"
#include "wire/label_text_cache.h"

namespace logsvc::server {

class Params;

struct ApiInfo {
  std::string version;
  std::string demo;           // "simulated" or "docker"; empty: not a demo
  std::string settings;       // for /config
  std::string settings_json;  // for /config?format=json
  std::string data_dir;       // whose disk the page shows
  logql::EngineLimits query_limits;
  QueryPoolOptions query_pool;
  uint64_t volume_max_series = 1000;
  Duration retention = 0;
  bool compress_responses = true;
  bool deletion_enabled = true;
  Duration deletion_cancel_period = 24 * kHour;
};

class Api {
 public:
  using Request = http::Request;
  using Response = http::Response;

  Api(ApiInfo info, store::Store& store, const logql::Engine& engine, Ingest& ingest,
      insight::Insight& insight, TailLoop& tail, SharedItems& shared, Counters& counters,
      Authenticator& auth, const Gate& gate, const StaticFiles& page, const Clock& clock,
      Metrics& metrics, Diagnostics& diagnostics);

  // What the gate says of a head, and how long the body may be that follows.
  http::Admission admit(const Request& head);
  // Answers any request that was admitted. with_page: the page's files are served too.
  void handle(Request& request, Response& response, bool with_page);
  // A WebSocket request that was admitted; as http::Handler::upgrade.
  bool upgrade(int socket, const Request& request, Response& response);
  // Ends queries that run; later ones are answered 503.
  void stop_queries() { queries_.stop(); }

 private:
  enum class Body { kSmall, kForm, kLogin, kShared, kPush };  // how much may come
  using Reads = void (Api::*)(const Request&, Response&);
  using Takes = void (Api::*)(Request&, Response&);  // the body out of it
  struct Route {
    const char* methods;  // "GET", "GET POST"
    const char* path;     // {name} matches one part
    const char* name;     // in metrics
    Access access = Access::kUnset;
    std::variant<Reads, Takes> handler;
    Body body = Body::kForm;
    bool get_changes = false;  // GET is more than looking
  };
  static const std::vector<Route>& routes();
  // Null if there is none; of a path that others use, known_path is set.
  static const Route* find_route(const Request& request, bool& known_path);
  uint64_t max_body_bytes(Body body) const;
  bool allowed(const Request& request, Response& response);
  void refused_login(const Request& request, const std::string& user);
  void serve(Request& request, Response& response, bool with_page, const char*& name);

  // push_handler.cc
  void push(Request&, Response&);
  void legacy_push(Request&, Response&);
  void accept_push(Request& request, Response& response, bool legacy);
  Result<Batch> decode_push(Request& request, bool legacy);
  void count_refused_push();
  // otlp_handler.cc
  void otlp_logs(Request&, Response&);
  Result<Batch> decode_otlp(Request& request);
  // query_run.cc
  void run_query(const Request& request, Response& response, const QueryPool::Work& work);
  // query_handler.cc
  void query_range(const Request&, Response&);
  void query(const Request&, Response&);
  void format_query(const Request&, Response&);
  // legacy_handler.cc
  void legacy_query(const Request&, Response&);
  void legacy_labels(const Request&, Response&);
  void legacy_label_values(const Request&, Response&);
  // labels_handler.cc
  void labels(const Request&, Response&);
  void label_values(const Request&, Response&);
  void series(const Request&, Response&);
  // volume_handler.cc
  void index_stats(const Request&, Response&);
  void volume(const Request&, Response&);
  void volume_range(const Request&, Response&);
  void answer_volume(const Request& request, Response& response, bool by_step);
  // detected_handler.cc
  void detected_labels(const Request&, Response&);
  void detected_fields(const Request&, Response&);
  void detected_field_values(const Request&, Response&);
  // patterns_handler.cc
  void patterns(const Request&, Response&);
  // limits_handler.cc
  void drilldown_limits(const Request&, Response&);
  void log_level(const Request&, Response&);
  void services(const Request&, Response&);
  // delete_handler.cc
  void delete_lines(const Request&, Response&);
  void list_deletions(const Params& params, Response& response);
  void cancel_deletion(const Params& params, Response& response);
  // tail_handler.cc
  void tail(const Request&, Response&);
  bool upgrade_tail(int socket, const std::string& accept, const Request& request,
                    Response& response);
  // pulse_handler.cc
  void pulse(const Request&, Response&);
  void faults(const Request&, Response&);
  void agents(const Request&, Response&);
  // opening_handler.cc
  void opening(const Request&, Response&);
  void take_agent_report(const Request& request, Response& response);
  void hear_heartbeat(const Request& request, Response& response);
  bool upgrade_pulse(int socket, const std::string& accept);
  // shared_handler.cc
  void shared(const Request&, Response&);
  void counters(const Request&, Response&);
  // export_handler.cc
  void export_lines(const Request&, Response&);
  // status_handler.cc
  void ready(const Request&, Response&);
  void metrics_page(const Request&, Response&);
  void build_info(const Request&, Response&);
  void flush(const Request&, Response&);
  void config(const Request&, Response&);
  void status(const Request&, Response&);
  void confirm_clock(const Request&, Response&);
  void rules(const Request&, Response&);
  void alerts(const Request&, Response&);
  // session_handler.cc
  void log_in(const Request&, Response&);
  void log_out(const Request&, Response&);
  void session(const Request&, Response&);

  const ApiInfo info_;
  store::Store& store_;
  const logql::Engine& engine_;
  Ingest& ingest_;
  insight::Insight& insight_;
  TailLoop& tail_;
  SharedItems& shared_;
  Counters& counters_;
  Authenticator& auth_;
  const Gate& gate_;
  const StaticFiles& page_;
  const Clock& clock_;
  Metrics& metrics_;
  Diagnostics& diagnostics_;
  Gauge& inflight_;
  Counter& request_bytes_;
  Counter& login_failures_;
  Counter& refused_at_gate_;
  Counter& response_bytes_;
  wire::LabelTextCache label_texts_;
  QueryPool queries_;
};

// The version of the Loki API that we answer; clients compare it.
inline constexpr const char* kLokiVersion = "3.7.6";

// The media type of a Content-Type in lower case, without parameters.
std::string media_type_of(const std::string& header);

// Who asks, for the queue of queries.
QueryCaller caller_of(const http::Request& request);

// Sends the error: code → status number, the message as text.
void send_error(http::Response& response, const Error& error);
void send_json(http::Response& response, std::string body);
void send_text(http::Response& response, int status, const std::string& body);

}  // namespace logsvc::server
