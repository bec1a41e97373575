// The HTTP API: one method a URL, grouped in files by what they are about. routes.cc is its table
// of contents. Borrows everything; safe from several threads.
#pragma once

#include <httplib.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "logql/engine.h"
#include "model/log_source.h"
#include "os/clock.h"
#include "server/auth/authenticator.h"
#include "server/http/static_files.h"
#include "server/ingest_limits.h"
#include "server/tail/tail_loop.h"
#include "store/store.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"
#include "wire/label_text_cache.h"

namespace logsvc::server {

struct ApiInfo {
  std::string version;
  std::string demo_note;  // empty: not a demo
  std::string settings;   // for /config
  IngestLimits limits;
};

class Api {
 public:
  using Request = httplib::Request;
  using Response = httplib::Response;

  Api(ApiInfo info, store::Store& store, const logql::Engine& engine, TailLoop& tail,
      Authenticator& auth, const StaticFiles& page, const Clock& clock, Metrics& metrics,
      Diagnostics& diagnostics);

  // Answers any request. with_page: the page's files are served too.
  void handle(const Request& request, Response& response, bool with_page);
  // A WebSocket request; as HttpServer::Upgrade.
  bool upgrade(int socket, const Request& request, Response& response);

 private:
  enum class Access { kOpen, kReader };
  struct Route {
    const char* methods;  // "GET", "GET POST"
    const char* path;     // {name} matches one part
    const char* name;     // in metrics
    Access access;
    void (Api::*handler)(const Request&, Response&);
  };
  static const std::vector<Route>& routes();
  bool allowed(const Request& request, Response& response);
  void serve(const Request& request, Response& response, bool with_page, const char*& name);

  // push_handler.cc
  void push(const Request&, Response&);
  void legacy_push(const Request&, Response&);
  void accept_push(const Request& request, Response& response, bool legacy);
  Result<Batch> decode_push(const Request& request, bool legacy);
  // query_handler.cc
  void query_range(const Request&, Response&);
  void query(const Request&, Response&);
  // labels_handler.cc
  void labels(const Request&, Response&);
  void label_values(const Request&, Response&);
  void series(const Request&, Response&);
  void index_stats(const Request&, Response&);
  // tail_handler.cc
  void tail(const Request&, Response&);
  // status_handler.cc
  void ready(const Request&, Response&);
  void metrics_page(const Request&, Response&);
  void build_info(const Request&, Response&);
  void flush(const Request&, Response&);
  void config(const Request&, Response&);
  void status(const Request&, Response&);
  void rules(const Request&, Response&);
  void alerts(const Request&, Response&);
  // session_handler.cc
  void log_in(const Request&, Response&);
  void log_out(const Request&, Response&);
  void session(const Request&, Response&);

  const ApiInfo info_;
  store::Store& store_;
  const logql::Engine& engine_;
  TailLoop& tail_;
  Authenticator& auth_;
  const StaticFiles& page_;
  const Clock& clock_;
  Metrics& metrics_;
  Diagnostics& diagnostics_;
  wire::LabelTextCache label_texts_;
  Counter& lines_received_;
  Counter& bytes_received_;
};

// Sends the error: code → status number, the message as text.
void send_error(httplib::Response& response, const Error& error);
void send_json(httplib::Response& response, std::string body);
void send_text(httplib::Response& response, int status, const std::string& body);

}  // namespace logsvc::server
