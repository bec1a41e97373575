#include "agent/dry_run_docker.h"

#include <map>
#include <memory>

#include "agent/docker/docker_client.h"
#include "agent/docker/log_frame_decoder.h"
#include "agent/docker/meta_labels.h"
#include "agent/docker/partial_joiner.h"
#include "agent/pipeline/inspector.h"
#include "agent/print_sink.h"
#include "config/settings.h"

namespace logsvc::agent {
namespace {

constexpr int kPatienceMs = 10'000;

class Trial {
 public:
  Trial(const Job& job, const DockerTrial& trial, const DryRunOptions& options, const Clock& clock,
        const std::atomic<bool>& stop, DockerHost host, std::ostream& out)
      : job_(job),
        trial_(trial),
        options_(options),
        clock_(clock),
        stop_(stop),
        client_(std::move(host)),
        out_(out),
        sink_(out),
        inspector_(options.colours, [&out](std::string_view text) { out << text; }) {}

  Status run() {
    ASSIGN_OR_RETURN(const auto listed, client_.list(stop_));
    size_t running = 0;
    for (const DockerClient::Listed& one : listed) {
      if (!one.running || stop_) continue;
      ++running;
      const auto container = client_.inspect(one.id, stop_);
      if (!container.ok()) {
        out_ << "# " << one.id.substr(0, 12) << ": " << container.error().message << '\n';
        continue;
      }
      try_container(*container);
    }
    if (running == 0) out_ << "# no container runs\n";
    return {};
  }

 private:
  Labels labels(const Container& container, OutputStream stream) const {
    return meta_labels(container, stream, {trial_.docker.port, trial_.docker.host_networking_host});
  }

  std::string why_not(const Container& container) {
    if (!trial_.rules.keep(container)) return "left out by include or exclude";
    if (!passes_filters(container, trial_.docker.filters)) return "left out by filters";
    if (const auto asked = other_filters(trial_.docker.filters); !asked.empty()) {
      const auto is_listed = client_.is_listed(container.id, asked, stop_);
      if (!is_listed.ok()) return is_listed.error().message;
      if (!*is_listed) return "left out by filters";
    }
    const bool kept = job_.keeps(labels(container, OutputStream::kStdout)) ||
                      job_.keeps(labels(container, OutputStream::kStderr));
    return kept ? "" : "left out by its label logsvc.enable or by relabel_configs";
  }

  void try_container(const Container& container) {
    std::string why = why_not(container);
    if (why.empty()) {
      out_ << "# container " << container.name << '\n';
      const Status done = read(container);
      if (done.ok()) return;
      why = done.error().message;
    }
    out_ << "# container " << container.name << " is not read: " << why << '\n';
  }

  Status read(const Container& container) {
    ASSIGN_OR_RETURN(net::HttpStream stream,
                     client_.logs({container.id, false, 0, trial_.lines, false}, stop_));
    std::map<OutputStream, std::unique_ptr<TargetPipeline>> pipelines;
    for (const OutputStream one : {OutputStream::kStdout, OutputStream::kStderr})
      pipelines[one] =
          job_.open(labels(container, one), {}, options_.inspect ? &inspector_ : nullptr);
    LogFrameDecoder decoder(container.tty);
    PartialJoiner joiner(trial_.max_line_bytes);
    const auto on_line = [&](OutputStream from, Timestamp time, std::string_view text) {
      if (const auto& pipeline = pipelines[from])
        pipeline->process({++sequence_, time, text}, clock_.steady_ns(), sink_);
    };
    const auto on_record = [&](const LogRecord& record) { joiner.add(record, on_line); };
    while (true) {
      ASSIGN_OR_RETURN(const std::string_view bytes, stream.read(kPatienceMs));
      if (bytes.empty()) break;
      RETURN_IF_ERROR(decoder.feed(bytes, on_record));
    }
    decoder.finish(on_record);
    joiner.finish(on_line);
    for (const auto& [from, pipeline] : pipelines) {
      if (pipeline) pipeline->flush_all(sink_);
    }
    return {};
  }

  const Job& job_;
  const DockerTrial& trial_;
  const DryRunOptions& options_;
  const Clock& clock_;
  const std::atomic<bool>& stop_;
  DockerClient client_;
  std::ostream& out_;
  PrintSink sink_;
  Inspector inspector_;
  uint64_t sequence_ = 0;
};

}  // namespace

Status dry_run_docker(const Job& job, const DockerTrial& trial, const DryRunOptions& options,
                      const Clock& clock, const std::atomic<bool>& stop, std::ostream& out) {
  ASSIGN_OR_RETURN(DockerHost host, docker_host_of(trial.docker, config::process_environment()));
  return Trial(job, trial, options, clock, stop, std::move(host), out).run();
}

}  // namespace logsvc::agent
