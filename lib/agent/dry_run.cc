#include "agent/dry_run.h"

#include <fcntl.h>
#include <unistd.h>

#include "agent/files/file_targets.h"
#include "agent/files/line_source.h"
#include "agent/files/text_decoder.h"
#include "agent/pipeline/inspector.h"
#include "agent/pipeline/pipeline_entry.h"
#include "agent/print_sink.h"

namespace logsvc::agent {
namespace {

class DryRun {
 public:
  DryRun(const DryRunOptions& options, const Clock& clock, std::ostream& out)
      : options_(options),
        clock_(clock),
        sink_(out),
        inspector_(options.colours, [&out](std::string_view text) { out << text; }) {}

  Status run_job(const ScrapeConfig& config, const Job& job) {
    if (options_.lines) return run_stream(config, job);
    for (const StaticConfig& target : config.files)
      RETURN_IF_ERROR(run_target(config, job, target));
    return {};
  }

 private:
  StageObserver* observer() { return options_.inspect ? &inspector_ : nullptr; }

  void add(TargetPipeline& pipeline, std::string_view text) {
    pipeline.process({++sequence_, clock_.now(), text}, clock_.steady_ns(), sink_);
  }

  // As Promtail: labels of the static_configs, which no rule changes; no empty lines.
  Status run_stream(const ScrapeConfig& config, const Job& job) {
    Labels labels;
    for (const StaticConfig& target : config.files) {
      for (const Label& label : target.labels) {
        if (!label.name.starts_with("__")) set_label(labels, label.name, label.value);
      }
    }
    const auto pipeline = job.open_unruled(std::move(labels), observer());
    std::string line;
    while (std::getline(*options_.lines, line)) {
      while (line.ends_with('\r')) line.pop_back();
      if (!line.empty()) add(*pipeline, line);
    }
    pipeline->flush_all(sink_);
    options_.lines->clear();
    options_.lines->seekg(0);
    return {};
  }

  Status run_target(const ScrapeConfig& config, const Job& job, const StaticConfig& target) {
    const Labels discovered = with_address(target.labels);
    const auto labels = job.relabel(discovered);
    if (!labels) return {};
    for (const std::string& path : files_of_target(*labels, options_.host)) {
      const auto pipeline = job.open(discovered, {{"filename", path}}, observer());
      if (!pipeline) continue;
      RETURN_IF_ERROR(run_file(config, *pipeline, path));
    }
    return {};
  }

  Status run_file(const ScrapeConfig& config, TargetPipeline& pipeline, const std::string& path) {
    std::unique_ptr<TextDecoder> decoder;
    if (!config.encoding.empty()) {
      ASSIGN_OR_RETURN(decoder, TextDecoder::make(config.encoding));
    }
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return Error{ErrorCode::kIo, "cannot open " + path};
    const auto read_all = [&]() -> Status {
      ASSIGN_OR_RETURN(auto bytes, open_bytes(fd, compression_of(config.decompression, path), 0));
      LineSource lines(std::move(bytes), 0);
      const auto on_line = [&](std::string_view text, uint64_t) {
        add(pipeline, decoder ? decoder->decode(text) : text);
      };
      while (true) {
        ASSIGN_OR_RETURN(const bool more, lines.read(1u << 20, on_line));
        if (!more) break;
      }
      lines.finish(on_line);
      pipeline.flush_all(sink_);
      return {};
    };
    const Status status = read_all();
    ::close(fd);
    return status;
  }

  const DryRunOptions& options_;
  const Clock& clock_;
  PrintSink sink_;
  Inspector inspector_;
  uint64_t sequence_ = 0;
};

}  // namespace

Status dry_run(const PromtailConfig& config, const DryRunOptions& options, const Clock& clock,
               Metrics& metrics, Diagnostics& diagnostics, std::ostream& out) {
  const PipelineContext context{clock, metrics, diagnostics, options.host};
  std::vector<std::string> known;  // said already when the file was loaded
  ASSIGN_OR_RETURN(const auto jobs, compile_jobs(config, context, known));
  for (const std::string& warning : config.warnings) out << "# " << warning << '\n';
  DryRun run(options, clock, out);
  for (size_t i = 0; i < jobs.size(); ++i) {
    RETURN_IF_ERROR(run.run_job(config.scrapes[i], *jobs[i]));
  }
  return {};
}

}  // namespace logsvc::agent
