#include "support/fake_docker.h"

#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

namespace logsvc::testing {
namespace {

using Json = nlohmann::json;

struct Record {
  bool err;
  Timestamp time;
  std::string text;
};

struct FakeContainer {
  std::string network_mode = "none", network_settings = "{}";
  std::string name;
  std::map<std::string, std::string> labels;
  std::string max_size;  // empty: the log does not rotate
  bool tty = false;
  bool running = true;
  bool removed = false;
  int starts = 1;
  std::vector<Record> log;  // everything ever printed; the first of them may be gone
  size_t first = 0;
  size_t repeat_from = 0;  // followers that are behind … get these again, once a rotation
  int rotations = 0;
};

std::string stamp(Timestamp t) {
  // It always has nine digits, unlike RFC 3339 as logsvc writes it.
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%09lld", static_cast<long long>(t % kSecond));
  std::string whole = format_rfc3339(t - t % kSecond);
  whole.pop_back();
  return whole + fraction + "Z ";
}

std::string encoded(const Record& r, bool tty) {
  const std::string payload = stamp(r.time) + r.text;
  if (tty) return payload;
  std::string out(8, '\0');
  out[0] = r.err ? 2 : 1;
  for (size_t i = 0; i < 4; ++i) out[4 + i] = static_cast<char>(payload.size() >> (24 - 8 * i));
  return out + payload;
}

// Starts one thread per connection, without a limit.
class Threads : public httplib::TaskQueue {
 public:
  void enqueue(std::function<void()> work) override {
    const std::lock_guard lock(mutex_);
    threads_.emplace_back(std::move(work));
  }
  void shutdown() override {
    std::vector<std::thread> threads;
    {
      const std::lock_guard lock(mutex_);
      threads.swap(threads_);
    }
    for (auto& t : threads) t.join();
  }

 private:
  std::mutex mutex_;
  std::vector<std::thread> threads_;
};

}  // namespace

struct FakeDocker::State {
  httplib::Server server;
  int port = 0;
  std::thread thread;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, FakeContainer> containers;
  std::vector<std::string> events;
  Timestamp clock = 1'700'000'000 * kSecond;
  uint64_t cuts = 0;  // streams opened before are broken
  bool stopping = false;
  int fail = 0, fail_status = 0, requests = 0;
  std::set<std::string> forbidden;
  std::string networks = "[]";

  void event(const std::string& action, const std::string& id) {
    clock += 1000;
    events.push_back(Json({{"Type", "container"},
                           {"Action", action},
                           {"Actor", {{"ID", id}, {"Attributes", {{"name", containers[id].name}}}}},
                           {"timeNano", clock}})
                         .dump() +
                     "\n");
    changed.notify_all();
  }
  void serve();
  void list(const httplib::Request& request, httplib::Response& response);
  void inspect(const std::string& id, httplib::Response& response);
  void stream_events(const httplib::Request& request, httplib::Response& response);
  void logs(const std::string& id, const httplib::Request& request, httplib::Response& response);
  bool refuse(const std::string& kind, httplib::Response& response);
};

bool FakeDocker::State::refuse(const std::string& kind, httplib::Response& response) {
  const std::lock_guard lock(mutex);
  ++requests;
  if (forbidden.count(kind)) {
    response.status = 403;
    response.set_content("<html>403 Forbidden</html>", "text/html");
    return true;
  }
  if (fail <= 0) return false;
  --fail;
  response.status = fail_status;
  response.set_content(R"({"message":"made to fail"})", "application/json");
  return true;
}

// Knows the filters id and status.
void FakeDocker::State::list(const httplib::Request& request, httplib::Response& response) {
  const std::lock_guard lock(mutex);
  const Json filters = Json::parse(request.has_param("filters") ? request.get_param_value("filters")
                                                                : std::string("{}"));
  for (const auto& [key, values] : filters.items()) {
    if (key == "id" || key == "status") continue;
    response.status = 400;
    response.set_content(Json{{"message", "invalid filter '" + key + "'"}}.dump(),
                         "application/json");
    return;
  }
  const auto passes = [&](const char* key, const std::string& value) {
    if (!filters.contains(key)) return true;
    const Json& wanted = filters[key];
    return std::find(wanted.begin(), wanted.end(), Json(value)) != wanted.end();
  };
  Json out = Json::array();
  for (const auto& [id, c] : containers) {
    const std::string state = c.running ? "running" : "exited";
    if (!c.removed && passes("id", id) && passes("status", state))
      out.push_back({{"Id", id}, {"State", state}, {"Names", {"/" + c.name}}});
  }
  response.set_content(out.dump(), "application/json");
}

void FakeDocker::State::inspect(const std::string& id, httplib::Response& response) {
  const std::lock_guard lock(mutex);
  const auto found = containers.find(id);
  if (found == containers.end() || found->second.removed) {
    response.status = 404;
    response.set_content(R"({"message":"No such container"})", "application/json");
    return;
  }
  const FakeContainer& c = found->second;
  Json log_options = Json::object();
  if (!c.max_size.empty()) log_options["max-size"] = c.max_size;
  const Json out = {
      {"Id", id},
      {"Name", "/" + c.name},
      {"State",
       {{"Running", c.running}, {"Restarting", false}, {"StartedAt", std::to_string(c.starts)}}},
      {"Config", {{"Tty", c.tty}, {"Labels", c.labels}, {"Image", "fake"}}},
      {"HostConfig",
       {{"LogConfig", {{"Type", "json-file"}, {"Config", log_options}}},
        {"NetworkMode", c.network_mode}}},
      {"NetworkSettings", Json::parse(c.network_settings)},
      {"LogPath", "/nowhere/" + id + "-json.log"}};
  response.set_content(out.dump(), "application/json");
}

void FakeDocker::State::stream_events(const httplib::Request& request,
                                      httplib::Response& response) {
  auto next = std::make_shared<size_t>(0);
  uint64_t opened;
  {
    const std::lock_guard lock(mutex);
    if (!request.has_param("since")) *next = events.size();
    opened = cuts;
  }
  response.set_chunked_content_provider(
      "application/json", [this, next, opened](size_t, httplib::DataSink& sink) {
        std::unique_lock lock(mutex);
        changed.wait_for(lock, std::chrono::milliseconds(500),
                         [&] { return stopping || cuts != opened || *next < events.size(); });
        if (stopping || cuts != opened) return false;
        while (*next < events.size()) {
          const std::string& text = events[(*next)++];
          if (!sink.write(text.data(), text.size())) return false;
        }
        return true;
      });
}

void FakeDocker::State::logs(const std::string& id, const httplib::Request& request,
                             httplib::Response& response) {
  struct Reading {
    size_t next = 0;
    size_t stop_at = SIZE_MAX;
    Timestamp since = 0;
    int rotations = 0, starts = 0;
    uint64_t opened = 0;
    bool follow = false;
  };
  auto r = std::make_shared<Reading>();
  {
    const std::lock_guard lock(mutex);
    const auto found = containers.find(id);
    if (found == containers.end() || found->second.removed) {
      response.status = 404;
      return;
    }
    const FakeContainer& c = found->second;
    r->next = c.first;
    if (const std::string tail = request.get_param_value("tail"); !tail.empty())
      r->next = std::max(r->next, c.log.size() - std::min(c.log.size(), std::stoul(tail)));
    if (const std::string since = request.get_param_value("since"); !since.empty()) {
      const size_t dot = since.find('.');
      r->since = std::stoll(since.substr(0, dot)) * kSecond + std::stoll(since.substr(dot + 1));
    }
    r->follow = request.get_param_value("follow") == "1" && c.running;
    if (!r->follow) r->stop_at = c.log.size();
    r->rotations = c.rotations;
    r->starts = c.starts;
    r->opened = cuts;
  }
  response.set_chunked_content_provider("", [this, id, r](size_t, httplib::DataSink& sink) {
    std::unique_lock lock(mutex);
    FakeContainer& c = containers[id];
    changed.wait_for(lock, std::chrono::milliseconds(500), [&] {
      return stopping || cuts != r->opened || r->next < std::min(c.log.size(), r->stop_at) ||
             !r->follow || !c.running || c.starts != r->starts;
    });
    if (stopping || cuts != r->opened) return false;
    if (r->follow && c.rotations != r->rotations) {
      r->rotations = c.rotations;
      r->next = std::min(r->next, std::max(c.repeat_from, c.first));
    }
    r->next = std::max(r->next, c.first);
    std::string out;
    for (; r->next < std::min(c.log.size(), r->stop_at) && out.size() < 50'000; ++r->next) {
      if (c.log[r->next].time >= r->since) out += encoded(c.log[r->next], c.tty);
    }
    const bool all = r->next >= std::min(c.log.size(), r->stop_at);
    const bool ended = all && (!r->follow || !c.running || c.starts != r->starts);
    lock.unlock();
    if (!out.empty() && !sink.write(out.data(), out.size())) return false;
    if (ended) sink.done();
    return true;
  });
}

void FakeDocker::State::serve() {
  server.new_task_queue = [] { return new Threads; };
  server.set_keep_alive_max_count(1);
  server.Get("/_ping", [this](const httplib::Request&, httplib::Response& response) {
    if (refuse("ping", response)) return;
    response.set_header("Api-Version", "1.41");
    response.set_content("OK", "text/plain");
  });
  server.Get("/v1.41/containers/json",
             [this](const httplib::Request& request, httplib::Response& response) {
               if (!refuse("list", response)) list(request, response);
             });
  server.Get(R"(/v1.41/containers/(\w+)/json)",
             [this](const httplib::Request& request, httplib::Response& response) {
               if (!refuse("inspect", response)) inspect(request.matches[1], response);
             });
  server.Get(R"(/v1.41/containers/(\w+)/logs)",
             [this](const httplib::Request& request, httplib::Response& response) {
               if (!refuse("logs", response)) logs(request.matches[1], request, response);
             });
  server.Get("/v1.41/networks", [this](const httplib::Request&, httplib::Response& response) {
    if (refuse("networks", response)) return;
    const std::lock_guard lock(mutex);
    response.set_content(networks, "application/json");
  });
  server.Get("/v1.41/events", [this](const httplib::Request& request, httplib::Response& response) {
    if (!refuse("events", response)) stream_events(request, response);
  });
  port = server.bind_to_any_port("127.0.0.1");
  thread = std::thread([this] { server.listen_after_bind(); });
  while (!server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

FakeDocker::FakeDocker() : state_(std::make_unique<State>()) { state_->serve(); }

FakeDocker::~FakeDocker() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->changed.notify_all();
  }
  state_->server.stop();
  state_->thread.join();
}

std::string FakeDocker::url() const { return "tcp://127.0.0.1:" + std::to_string(state_->port); }

std::string FakeDocker::run(const std::string& name,
                            const std::map<std::string, std::string>& labels, bool tty) {
  const std::lock_guard lock(state_->mutex);
  char id[80];
  std::snprintf(id, sizeof id, "%08zx%056d", state_->containers.size() + 1, 0);
  FakeContainer& c = state_->containers[id];
  c.name = name;
  c.labels = labels;
  c.tty = tty;
  state_->event("create", id);
  state_->event("start", id);
  return id;
}

void FakeDocker::print(const std::string& id, const std::string& line, bool to_stderr) {
  const std::lock_guard lock(state_->mutex);
  FakeContainer& c = state_->containers[id];
  state_->clock += 1000;
  // It cuts lines as dockerd does: into pieces of 16 KiB with the time of the first.
  std::string_view rest = line;
  while (rest.size() >= 16384) {
    c.log.push_back({to_stderr, state_->clock, std::string(rest.substr(0, 16384))});
    rest.remove_prefix(16384);
  }
  c.log.push_back({to_stderr, state_->clock, std::string(rest) + "\n"});
  state_->changed.notify_all();
}

void FakeDocker::start(const std::string& id) {
  const std::lock_guard lock(state_->mutex);
  FakeContainer& c = state_->containers[id];
  c.running = true;
  ++c.starts;
  state_->event("start", id);
}

void FakeDocker::stop(const std::string& id) {
  const std::lock_guard lock(state_->mutex);
  state_->containers[id].running = false;
  state_->event("die", id);
}

void FakeDocker::rename(const std::string& id, const std::string& name) {
  const std::lock_guard lock(state_->mutex);
  state_->containers[id].name = name;
  state_->event("rename", id);
}

void FakeDocker::remove(const std::string& id) {
  const std::lock_guard lock(state_->mutex);
  FakeContainer& c = state_->containers[id];
  if (c.running) {
    c.running = false;
    state_->event("die", id);
  }
  c.removed = true;
  state_->event("destroy", id);
}

void FakeDocker::rotate(const std::string& id, size_t keep, size_t repeat) {
  const std::lock_guard lock(state_->mutex);
  FakeContainer& c = state_->containers[id];
  c.first = c.log.size() - std::min(keep, c.log.size());
  c.repeat_from = c.log.size() - std::min(repeat, c.log.size());
  ++c.rotations;
}

void FakeDocker::set_max_size(const std::string& id, const std::string& size) {
  const std::lock_guard lock(state_->mutex);
  state_->containers[id].max_size = size;
}

void FakeDocker::set_network(const std::string& id, const std::string& mode,
                             const std::string& settings) {
  const std::lock_guard lock(state_->mutex);
  state_->containers[id].network_mode = mode;
  state_->containers[id].network_settings = settings;
}

void FakeDocker::set_networks(const std::string& answer) {
  const std::lock_guard lock(state_->mutex);
  state_->networks = answer;
}

void FakeDocker::cut_streams() {
  const std::lock_guard lock(state_->mutex);
  ++state_->cuts;
  state_->changed.notify_all();
}

void FakeDocker::fail_next(int requests, int status) {
  const std::lock_guard lock(state_->mutex);
  state_->fail = requests;
  state_->fail_status = status;
}

void FakeDocker::forbid(const std::string& kind) {
  const std::lock_guard lock(state_->mutex);
  state_->forbidden.insert(kind);
}

int FakeDocker::requests() const {
  const std::lock_guard lock(state_->mutex);
  return state_->requests;
}

}  // namespace logsvc::testing
