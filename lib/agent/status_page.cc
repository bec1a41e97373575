#include "agent/status_page.h"

#include "base/json_text.h"

namespace logsvc::agent {
namespace {

constexpr uint64_t kMaxBodyBytes = 4096;
constexpr size_t kMaxThreads = 4;
constexpr size_t kMaxConnections = 128;

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

std::string targets_html(const std::vector<TargetRow>& targets) {
  std::string out =
      "<!doctype html><meta charset=utf-8><title>logsvc agent: targets</title>"
      "<style>body{font:14px system-ui;margin:2em}td,th{padding:.2em 1em .2em 0;text-align:left;"
      "vertical-align:top}th{border-bottom:1px solid}</style><h1>Targets</h1>"
      "<table><tr><th>Type<th>Job<th>Target<th>Details</tr>\n";
  for (const TargetRow& row : targets) {
    out += "<tr><td>" + escaped(row.kind) + "<td>" + escaped(row.job) + "<td>" + escaped(row.name) +
           "<td>";
    for (const auto& [name, value] : row.details) {
      out += escaped(name) + ": " + escaped(value) + "<br>";
    }
    out += "</tr>\n";
  }
  return out + "</table>" + (targets.empty() ? "<p>Nothing is read yet." : "");
}

std::string targets_json(const std::vector<TargetRow>& targets) {
  std::string out = "[";
  for (const TargetRow& row : targets) {
    if (out.size() > 1) out += ',';
    out += "{\"type\":";
    append_json_string(out, row.kind, JsonEscapes::kGo);
    out += ",\"job\":";
    append_json_string(out, row.job, JsonEscapes::kGo);
    out += ",\"name\":";
    append_json_string(out, row.name, JsonEscapes::kGo);
    for (const auto& [name, value] : row.details) {
      out += ',';
      append_json_string(out, name, JsonEscapes::kGo);
      out += ':';
      append_json_string(out, value, JsonEscapes::kGo);
    }
    out += '}';
  }
  return out + "]\n";
}

class StatusPage::Pages : public http::Handler {
 public:
  Pages(const Metrics& metrics, StatusInputs inputs)
      : metrics_(metrics), inputs_(std::move(inputs)) {}

  http::Admission admit(const http::Request&) override { return {kMaxBodyBytes, {}}; }
  void handle(http::Request& request, http::Response& response) override;

 private:
  void show(const std::string& page, const http::Request& request, http::Response& response) const;
  void show_targets(const http::Request& request, http::Response& response) const;
  void reload(http::Response& response) const;

  const Metrics& metrics_;
  const StatusInputs inputs_;
};

void StatusPage::Pages::handle(http::Request& request, http::Response& response) {
  const std::string& prefix = inputs_.prefix;
  const bool reloads = request.path == prefix + "/reload";
  if (reloads && inputs_.reload) {
    reload(response);  // whatever the method, as in Promtail
  } else if (reloads || !request.path.starts_with(prefix + "/")) {
    response.status = 404;
  } else if (request.method != "GET" && request.method != "HEAD") {
    response.status = 405;
  } else {
    show(request.path.substr(prefix.size()), request, response);
  }
}

void StatusPage::Pages::reload(http::Response& response) const {
  const Status done = inputs_.reload();
  response.status = done.ok() ? 200 : 500;
  response.close = true;  // the page starts again with the new configuration
  response.set_body(done.ok() ? "" : "failed to reload config: " + done.error().message + "\n",
                    "text/plain; charset=utf-8");
}

void StatusPage::Pages::show(const std::string& page, const http::Request& request,
                             http::Response& response) const {
  if (page == "/ready") {
    const std::string why = inputs_.not_ready ? inputs_.not_ready() : "";
    if (!why.empty()) response.status = 503;
    response.set_body(why.empty() ? "Ready\n" : "Not ready: " + why + "\n", "text/plain");
  } else if (page == "/metrics") {
    response.set_body(metrics_.text(), "text/plain; version=0.0.4");
  } else if (page == "/targets" || page == "/service-discovery") {
    show_targets(request, response);
  } else if (page == "/config") {
    response.set_body(inputs_.config, "text/plain; charset=utf-8");
  } else if (page == "/") {
    response.status = 303;
    response.set_header("Location", inputs_.prefix + "/targets");
  } else {
    response.status = 404;
  }
}

void StatusPage::Pages::show_targets(const http::Request& request, http::Response& response) const {
  const auto targets = inputs_.targets ? inputs_.targets() : std::vector<TargetRow>();
  if (request.query() == "format=json") {
    response.set_body(targets_json(targets), "application/json");
  } else {
    response.set_body(targets_html(targets), "text/html; charset=utf-8");
  }
}

StatusPage::StatusPage(std::unique_ptr<Pages> pages, std::unique_ptr<http::HttpServer> server)
    : pages_(std::move(pages)), server_(std::move(server)) {}

StatusPage::~StatusPage() = default;

Result<std::unique_ptr<StatusPage>> StatusPage::open(const config::ListenAddress& address,
                                                     const Clock& clock, Metrics& metrics,
                                                     Diagnostics& diagnostics,
                                                     StatusInputs inputs) {
  auto pages = std::make_unique<Pages>(metrics, std::move(inputs));
  http::HttpServerOptions options;
  options.host = address.host;
  options.port = address.port;
  options.limits.max_query_bytes = kMaxBodyBytes;
  options.max_threads = kMaxThreads;
  options.max_connections = kMaxConnections;
  auto server =
      std::make_unique<http::HttpServer>(std::move(options), *pages, clock, metrics, diagnostics);
  RETURN_IF_ERROR(server->start());
  return std::unique_ptr<StatusPage>(new StatusPage(std::move(pages), std::move(server)));
}

int StatusPage::port() const { return server_->port(); }

}  // namespace logsvc::agent
