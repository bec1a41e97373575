#include "agent/docker/docker_client.h"

#include <cstdio>

#include "agent/docker/docker_json.h"
#include "base/percent_encoding.h"

namespace logsvc::agent {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxAnswerBytes = 64u << 20;
constexpr int kAnswerTimeoutMs = 30'000;
constexpr int kOurMaxMinor = 51;  // API 1.51

Error docker_error(int status, const std::string& body) {
  std::string message = body;
  if (const Json parsed = parse_docker_json(body); parsed.is_object()) {
    if (const std::string said = text(parsed, "message"); !said.empty()) message = said;
  }
  const ErrorCode code = status == 404   ? ErrorCode::kNotFound
                         : status == 501 ? ErrorCode::kUnsupported
                                         : ErrorCode::kUnavailable;
  if (status == 401 || status == 403) {
    return {ErrorCode::kPermission,
            "Docker answered " + std::to_string(status) +
                ": a socket proxy must allow /version, /events, /containers/json, " +
                "/containers/*/json and /containers/*/logs"};
  }
  return {code, "Docker answered " + std::to_string(status) + ": " + message.substr(0, 300)};
}

std::string seconds_text(Timestamp t) {
  char out[64];
  std::snprintf(out, sizeof out, "%lld.%09lld", static_cast<long long>(t / kSecond),
                static_cast<long long>(t % kSecond));
  return out;
}

DockerEvent read_event(const std::string& line) {
  const Json event = parse_docker_json(line);
  const Json& actor = member(event, "Actor");
  DockerEvent out;
  out.id = text(actor, "ID");
  out.action = text(event, "Action");
  read_strings(member(actor, "Attributes"), out.attributes);
  const Json& time = member(event, "timeNano");
  if (time.is_number_integer()) out.time = time.get<Timestamp>();
  return out;
}

// Asks a daemon behind a proxy that does not allow a ping.
std::string told_version(const DockerHost& host, const std::atomic<bool>& stop) {
  auto answer = get_from_docker(host, "/version", stop);
  if (!answer.ok() || answer->status() != 200) return "";
  const auto body = answer->read_all(kMaxAnswerBytes, kAnswerTimeoutMs);
  return body.ok() ? text(parse_docker_json(*body), "ApiVersion") : "";
}

}  // namespace

Result<std::string> DockerClient::versioned(const std::string& path,
                                            const std::atomic<bool>& stop) const {
  int minor = minor_;
  if (minor == kUnknown) {
    ASSIGN_OR_RETURN(net::HttpStream ping, get_from_docker(host_, "/_ping", stop));
    if (ping.status() >= 500) return docker_error(ping.status(), "");
    std::string version = ping.header("api-version");
    if (version.empty()) version = told_version(host_, stop);
    int major = 0;
    if (std::sscanf(version.c_str(), "%d.%d", &major, &minor) != 2 || major != 1) minor = 0;
    podman_ = !ping.header("libpod-api-version").empty();
    minor_ = minor;
  }
  if (minor == 0) return path;
  return "/v1." + std::to_string(std::min(minor, kOurMaxMinor)) + path;
}

Result<std::string> DockerClient::get_text(const std::string& path,
                                           const std::atomic<bool>& stop) const {
  ASSIGN_OR_RETURN(const std::string target, versioned(path, stop));
  ASSIGN_OR_RETURN(net::HttpStream answer, get_from_docker(host_, target, stop));
  ASSIGN_OR_RETURN(std::string body, answer.read_all(kMaxAnswerBytes, kAnswerTimeoutMs));
  if (answer.status() != 200) return docker_error(answer.status(), body);
  return body;
}

Result<std::vector<DockerClient::Listed>> DockerClient::list(const std::atomic<bool>& stop) const {
  ASSIGN_OR_RETURN(const std::string body, get_text("/containers/json?all=1", stop));
  const Json parsed = parse_docker_json(body);
  if (!parsed.is_array()) return Error{ErrorCode::kUnavailable, "Docker's list cannot be read"};
  std::vector<Listed> out;
  for (const Json& c : parsed) {
    const std::string state = text(c, "State");
    // A container that waits to be restarted has nothing to follow; its start is an event.
    out.push_back({text(c, "Id"), state == "running" || state == "paused"});
  }
  return out;
}

Result<bool> DockerClient::is_listed(
    const std::string& id,
    const std::vector<std::pair<std::string, std::vector<std::string>>>& filters,
    const std::atomic<bool>& stop) const {
  Json wanted = {{"id", {id}}};
  for (const auto& [key, values] : filters) wanted[key] = values;
  const std::string path = "/containers/json?all=1&filters=" + percent_encode(wanted.dump());
  ASSIGN_OR_RETURN(const std::string body, get_text(path, stop));
  const Json parsed = parse_docker_json(body);
  if (!parsed.is_array()) return Error{ErrorCode::kUnavailable, "Docker's list cannot be read"};
  return !parsed.empty();
}

Result<Container> DockerClient::inspect(const std::string& id,
                                        const std::atomic<bool>& stop) const {
  ASSIGN_OR_RETURN(const std::string body, get_text("/containers/" + id + "/json", stop));
  return read_container(body);
}

Result<DockerNetworks> DockerClient::networks(const std::atomic<bool>& stop) const {
  ASSIGN_OR_RETURN(const std::string body, get_text("/networks", stop));
  return read_networks(body);
}

Result<std::string> DockerClient::root_dir(const std::atomic<bool>& stop) const {
  ASSIGN_OR_RETURN(const std::string body, get_text("/info", stop));
  return text(parse_docker_json(body), "DockerRootDir");
}

Status DockerClient::events(Timestamp since, const std::function<void()>& on_open,
                            const std::function<void(const DockerEvent&)>& on_event,
                            const std::atomic<bool>& stop) const {
  std::string path = "/events?filters=" + percent_encode(R"({"type":["container"]})");
  if (since > 0) path += "&since=" + seconds_text(since);
  ASSIGN_OR_RETURN(const std::string target, versioned(path, stop));
  ASSIGN_OR_RETURN(net::HttpStream stream, get_from_docker(host_, target, stop));
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
      const DockerEvent event = read_event(pending.substr(first, end - first));
      if (!event.id.empty()) on_event(event);
    }
    pending.erase(0, first);
    if (pending.size() > kMaxAnswerBytes)
      return Error{ErrorCode::kUnavailable, "an event without end"};
  }
}

Result<net::HttpStream> DockerClient::logs(const LogRequest& request,
                                           const std::atomic<bool>& stop) const {
  std::string path = "/containers/" + request.container +
                     "/logs?stdout=1&stderr=1&timestamps=1&follow=" + (request.follow ? "1" : "0");
  if (request.since > 0) path += "&since=" + seconds_text(request.since);
  if (request.none_yet) path += "&tail=0";
  if (request.tail > 0) path += "&tail=" + std::to_string(request.tail);
  ASSIGN_OR_RETURN(const std::string target, versioned(path, stop));
  ASSIGN_OR_RETURN(net::HttpStream stream, get_from_docker(host_, target, stop));
  if (stream.status() == 200) return stream;
  ASSIGN_OR_RETURN(const std::string body, stream.read_all(kMaxAnswerBytes, kAnswerTimeoutMs));
  return docker_error(stream.status(), body);
}

}  // namespace logsvc::agent
