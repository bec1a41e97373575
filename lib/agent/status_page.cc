#include "agent/status_page.h"

#include <httplib.h>

#include <chrono>
#include <thread>

#include "base/json_text.h"
#include "gotext/regex/go_regex.h"

namespace logsvc::agent {
namespace {

constexpr size_t kMaxPathBytes = 2048;

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

std::string without_secrets(const std::string& yaml) {
  static const auto kSecret = GoRegex::compile(
      "(?m)((?:password|credentials|bearer_token|client_secret|key)['\"]?\\s*:\\s*)"
      "(?:\"[^\"]*\"|'[^']*'|[^\\s,}\\]]+)");
  static const auto kUser = GoRegex::compile("(://)[^/@\\s'\"]+@");
  static const auto kHeader =
      GoRegex::compile("(?mi)((?:authorization|x-api-key)['\"]?\\s*:\\s*)[^\\n{].*$");
  std::string out = kSecret->replace_all(yaml, "${1}<secret>", false);
  out = kHeader->replace_all(out, "${1}<secret>", false);
  return kUser->replace_all(out, "${1}<secret>@", false);
}

struct StatusPage::Parts {
  void add_routes(const Metrics& metrics);
  httplib::Server::HandlerResponse before_routes(const httplib::Request& q,
                                                 httplib::Response& r) const;

  Sources sources;
  httplib::Server server;
  int port = 0;
  std::thread thread;
};

void StatusPage::Parts::add_routes(const Metrics& metrics) {
  const Sources& s = sources;
  server.Get(s.prefix + "/ready", [&s](const httplib::Request&, httplib::Response& r) {
    const std::string why = s.not_ready ? s.not_ready() : "";
    if (!why.empty()) r.status = 503;
    r.set_content(why.empty() ? "Ready\n" : "Not ready: " + why + "\n", "text/plain");
  });
  server.Get(s.prefix + "/metrics", [&metrics](const httplib::Request&, httplib::Response& r) {
    r.set_content(metrics.text(), "text/plain; version=0.0.4");
  });
  const auto targets = [&s](const httplib::Request& q, httplib::Response& r) {
    const auto rows = s.targets ? s.targets() : std::vector<TargetRow>();
    if (q.get_param_value("format") == "json") {
      r.set_content(targets_json(rows), "application/json");
    } else {
      r.set_content(targets_html(rows), "text/html; charset=utf-8");
    }
  };
  server.Get(s.prefix + "/targets", targets);
  server.Get(s.prefix + "/service-discovery", targets);
  server.Get(s.prefix + "/config", [&s](const httplib::Request&, httplib::Response& r) {
    r.set_content(s.config, "text/plain; charset=utf-8");
  });
  server.Get(s.prefix + "/", [&s](const httplib::Request&, httplib::Response& r) {
    r.set_redirect(s.prefix + "/targets", 303);
  });
}

// Before the library looks for a route, which it does by std::regex (that recurses over a path),
// and waits for the body of a POST, whose length curl -X POST does not tell.
httplib::Server::HandlerResponse StatusPage::Parts::before_routes(const httplib::Request& q,
                                                                  httplib::Response& r) const {
  using Response = httplib::Server::HandlerResponse;
  if (q.path.size() > kMaxPathBytes) {
    r.status = 414;
    return Response::Handled;
  }
  // Whatever the method, as Promtail takes it.
  const bool reloads = sources.reload && q.path == sources.prefix + "/reload";
  if (!reloads && (q.method == "GET" || q.method == "HEAD")) return Response::Unhandled;
  r.set_header("Connection", "close");  // a body that came along is not read
  if (!reloads) {
    r.status = 404;
    return Response::Handled;
  }
  const Status done = sources.reload();
  r.status = done.ok() ? 200 : 500;
  r.set_content(done.ok() ? "" : "failed to reload config: " + done.error().message + "\n",
                "text/plain; charset=utf-8");
  return Response::Handled;
}

StatusPage::StatusPage(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<StatusPage>> StatusPage::open(const config::ListenAddress& address,
                                                     const Metrics& metrics, Sources sources) {
  auto p = std::make_unique<Parts>();
  p->sources = std::move(sources);
  httplib::Server& server = p->server;
  p->add_routes(metrics);
  server.set_pre_routing_handler(
      [parts = p.get()](const httplib::Request& q, httplib::Response& r) {
        return parts->before_routes(q, r);
      });
  server.new_task_queue = [] { return new httplib::ThreadPool(2); };
  p->port = address.port;
  bool bound = true;
  if (address.port == 0) {
    p->port = server.bind_to_any_port(address.host);
    bound = p->port > 0;
  } else {
    bound = server.bind_to_port(address.host, address.port);
  }
  if (!bound) {
    return Error{ErrorCode::kUnavailable, "cannot listen on " + address.host + ":" +
                                              std::to_string(address.port) + ": the port is taken"};
  }
  p->thread = std::thread([&server] { server.listen_after_bind(); });
  return std::unique_ptr<StatusPage>(new StatusPage(std::move(p)));
}

StatusPage::~StatusPage() {
  while (!parts_->server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  parts_->server.stop();
  parts_->thread.join();
}

int StatusPage::port() const { return parts_->port; }

}  // namespace logsvc::agent
