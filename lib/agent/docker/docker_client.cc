#include "agent/docker/docker_client.h"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace logsvc::agent {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxAnswerBytes = 64u << 20;
constexpr int kAnswerTimeoutMs = 30'000;
constexpr int kOurMaxMinor = 51;  // API 1.51

// A string member, empty if it is absent or something else.
std::string text(const Json& object, const char* name) {
  if (!object.is_object()) return "";
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const Json& member(const Json& object, const char* name) {
  static const Json kNone = Json::object();
  if (!object.is_object()) return kNone;
  const auto found = object.find(name);
  return found == object.end() ? kNone : *found;
}

bool flag(const Json& object, const char* name) {
  const Json& value = member(object, name);
  return value.is_boolean() && value.get<bool>();
}

Error docker_error(int status, const std::string& body) {
  std::string message = body;
  if (const Json parsed = Json::parse(body, nullptr, false); parsed.is_object()) {
    if (const std::string said = text(parsed, "message"); !said.empty()) message = said;
  }
  const ErrorCode code = status == 404   ? ErrorCode::kNotFound
                         : status == 501 ? ErrorCode::kUnsupported
                                         : ErrorCode::kUnavailable;
  return {code, "Docker answered " + std::to_string(status) + ": " + message.substr(0, 300)};
}

}  // namespace

Result<std::string> DockerClient::versioned(const std::string& path,
                                            const std::atomic<bool>& stop) const {
  // Asked each time: it is cheap, and the daemon may have been upgraded meanwhile.
  ASSIGN_OR_RETURN(HttpStream ping, HttpStream::get(host_, "/_ping", stop));
  const std::string version = ping.header("api-version");
  int major = 0, minor = 0;
  if (std::sscanf(version.c_str(), "%d.%d", &major, &minor) != 2 || major != 1) return path;
  return "/v1." + std::to_string(std::min(minor, kOurMaxMinor)) + path;
}

Result<std::string> DockerClient::get_text(const std::string& path,
                                           const std::atomic<bool>& stop) const {
  ASSIGN_OR_RETURN(const std::string target, versioned(path, stop));
  ASSIGN_OR_RETURN(HttpStream answer, HttpStream::get(host_, target, stop));
  ASSIGN_OR_RETURN(std::string body, answer.read_all(kMaxAnswerBytes, kAnswerTimeoutMs));
  if (answer.status() != 200) return docker_error(answer.status(), body);
  return body;
}

Result<std::vector<DockerClient::Listed>> DockerClient::list(const std::atomic<bool>& stop) const {
  ASSIGN_OR_RETURN(const std::string body, get_text("/containers/json?all=1", stop));
  const Json parsed = Json::parse(body, nullptr, false);
  if (!parsed.is_array()) return Error{ErrorCode::kUnavailable, "Docker's list cannot be read"};
  std::vector<Listed> out;
  for (const Json& c : parsed) {
    const std::string state = text(c, "State");
    // One that waits to be restarted has nothing to follow; its start is an event.
    out.push_back({text(c, "Id"), state == "running" || state == "paused"});
  }
  return out;
}

Result<Container> DockerClient::inspect(const std::string& id,
                                        const std::atomic<bool>& stop) const {
  ASSIGN_OR_RETURN(const std::string body, get_text("/containers/" + id + "/json", stop));
  const Json c = Json::parse(body, nullptr, false);
  if (!c.is_object()) return Error{ErrorCode::kUnavailable, "Docker's answer cannot be read"};
  Container out;
  out.id = text(c, "Id");
  out.name = text(c, "Name");
  if (!out.name.empty() && out.name[0] == '/') out.name.erase(0, 1);
  const Json& config = member(c, "Config");
  const Json& state = member(c, "State");
  out.image = text(config, "Image");
  out.tty = flag(config, "Tty");
  out.running = flag(state, "Running") && !flag(state, "Restarting");
  out.started_at = text(state, "StartedAt");
  out.log_driver = text(member(member(c, "HostConfig"), "LogConfig"), "Type");
  for (const auto& [name, value] : member(config, "Labels").items()) {
    if (value.is_string()) out.labels[name] = value.get<std::string>();
  }
  return out;
}

Status DockerClient::events(
    const std::function<void()>& on_open,
    const std::function<void(const std::string&, const std::string&)>& on_event,
    const std::atomic<bool>& stop) const {
  ASSIGN_OR_RETURN(const std::string target,
                   versioned("/events?filters=" + url_encode(R"({"type":["container"]})"), stop));
  ASSIGN_OR_RETURN(HttpStream stream, HttpStream::get(host_, target, stop));
  if (stream.status() != 200) {
    ASSIGN_OR_RETURN(const std::string body, stream.read_all(kMaxAnswerBytes, kAnswerTimeoutMs));
    return docker_error(stream.status(), body);
  }
  on_open();
  std::string pending;
  while (true) {
    ASSIGN_OR_RETURN(const std::string_view piece, stream.read(0));
    if (piece.empty()) return Error{ErrorCode::kUnavailable, "Docker ended the event stream"};
    pending += piece;
    size_t first = 0;
    for (size_t end; (end = pending.find('\n', first)) != std::string::npos; first = end + 1) {
      const Json event = Json::parse(pending.substr(first, end - first), nullptr, false);
      const std::string id = text(member(event, "Actor"), "ID");
      if (!id.empty()) on_event(text(event, "Action"), id);
    }
    pending.erase(0, first);
    if (pending.size() > kMaxAnswerBytes)
      return Error{ErrorCode::kUnavailable, "an event without end"};
  }
}

Result<HttpStream> DockerClient::logs(const LogRequest& request,
                                      const std::atomic<bool>& stop) const {
  std::string path = "/containers/" + request.container +
                     "/logs?stdout=1&stderr=1&timestamps=1&follow=" + (request.follow ? "1" : "0");
  if (request.since > 0) {
    char since[64];
    std::snprintf(since, sizeof since, "&since=%lld.%09lld",
                  static_cast<long long>(request.since / kSecond),
                  static_cast<long long>(request.since % kSecond));
    path += since;
  }
  ASSIGN_OR_RETURN(const std::string target, versioned(path, stop));
  ASSIGN_OR_RETURN(HttpStream stream, HttpStream::get(host_, target, stop));
  if (stream.status() == 200) return stream;
  ASSIGN_OR_RETURN(const std::string body, stream.read_all(kMaxAnswerBytes, kAnswerTimeoutMs));
  return docker_error(stream.status(), body);
}

}  // namespace logsvc::agent
