#include "agent/dry_run.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "agent/files/file_targets.h"
#include "agent/files/line_source.h"
#include "agent/files/target_files.h"
#include "agent/files/text_decoder.h"
#include "agent/pipeline/inspector.h"
#include "agent/pipeline/pipeline_entry.h"
#include "agent/print_sink.h"
#include "base/shown_url.h"

namespace logsvc::agent {
namespace {

class DryRun {
 public:
  DryRun(const DryRunOptions& options, const Clock& clock, Diagnostics& diagnostics,
         std::ostream& out)
      : options_(options),
        clock_(clock),
        diagnostics_(diagnostics),
        out_(out),
        sink_(out),
        inspector_(options.colours, [&out](std::string_view text) { out << text; }) {}

  Status run_job(const ScrapeConfig& config, const Job& job) {
    if (options_.lines) return run_stream(config, job);
    for (const StaticConfig& target : config.files)
      RETURN_IF_ERROR(run_target(config, job, target));
    TargetFiles files(config.file_sd, diagnostics_);
    files.refresh();
    for (const StaticConfig& target : files.targets())
      RETURN_IF_ERROR(run_target(config, job, target));
    const auto not_tried = [&](bool there, const char* what) {
      if (there) out_ << "# job " << job.name() << ": " << what << " is not looked at by a trial\n";
    };
    not_tried(!config.docker.empty(), "Docker");
    not_tried(config.journal.has_value(), "the journal");
    not_tried(config.syslog.has_value(), "syslog");
    not_tried(config.gelf.has_value(), "GELF");
    not_tried(config.push_api.has_value(), "loki_push_api");
    return {};
  }

 private:
  StageObserver* observer() { return options_.inspect ? &inspector_ : nullptr; }

  void add(TargetPipeline& pipeline, std::string_view text) {
    pipeline.process({++sequence_, clock_.now(), text}, clock_.steady_ns(), sink_);
  }

  // Reads a stream as Promtail does: with labels of the static_configs, which no rule changes, and
  // without empty lines.
  Status run_stream(const ScrapeConfig& config, const Job& job) {
    const auto pipeline = job.open_unruled(stream_labels(config), observer());
    std::string line;
    while (std::getline(*options_.lines, line)) {
      while (line.ends_with('\r')) line.pop_back();
      if (!line.empty()) add(*pipeline, line);
    }
    pipeline->flush_all(sink_);
    return {};
  }

  Status run_target(const ScrapeConfig& config, const Job& job, const StaticConfig& target) {
    const Labels discovered = with_address(target.labels);
    const auto labels = job.relabel(discovered);
    if (!labels) return {};
    for (const std::string& path : files_of_target(*labels, options_.host)) {
      std::error_code failure;
      const std::string full = std::filesystem::absolute(path, failure).lexically_normal().string();
      const auto pipeline = job.open(discovered, {{"filename", full}}, observer());
      if (!pipeline) continue;
      RETURN_IF_ERROR(run_file(config, *pipeline, full));
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
    const Status status = read_all(config, pipeline, path, fd, decoder.get());
    ::close(fd);
    return status;
  }

  // Returns where the run would begin: it continues where a Promtail stopped.
  uint64_t begin_of(const std::string& path, int fd, const TextDecoder* decoder) {
    const auto known = options_.offsets.find(path);
    struct stat info {};
    if (known == options_.offsets.end() || ::fstat(fd, &info) != 0 ||
        known->second > static_cast<uint64_t>(info.st_size) || known->second == 0) {
      return 0;
    }
    out_ << "# " << path << ": from byte " << known->second << " on, as the positions file says\n";
    const uint64_t unit = decoder ? decoder->unit_bytes() : 1;
    return (known->second + unit - 1) / unit * unit;
  }

  Status read_all(const ScrapeConfig& config, TargetPipeline& pipeline, const std::string& path,
                  int fd, TextDecoder* decoder) {
    const Compression compression = compression_of(config.decompression, path);
    const uint64_t begin = begin_of(path, fd, decoder);
    ASSIGN_OR_RETURN(auto bytes, open_bytes(fd, compression, begin));
    LineSource lines(std::move(bytes), begin);
    if (decoder) {
      if (!decoder->begin(first_bytes(fd, compression, TextDecoder::kHeadBytes))) return {};
      lines.set_line_end(decoder->line_end());
    }
    const auto on_line = [&](std::string_view text, uint64_t at) {
      add(pipeline, decoder ? decoder->decode(text, at == 0) : text);
    };
    while (true) {
      ASSIGN_OR_RETURN(const bool more, lines.read(1u << 20, on_line));
      if (!more) break;
    }
    if (lines.has_last_line()) lines.finish(on_line);
    pipeline.flush_all(sink_);
    if (lines.rest_bytes() > 0) {
      out_ << "# " << path << ": " << lines.rest_bytes()
           << " bytes behind the last line end wait for theirs\n";
    }
    return {};
  }

  const DryRunOptions& options_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
  std::ostream& out_;
  PrintSink sink_;
  Inspector inspector_;
  uint64_t sequence_ = 0;
};

}  // namespace

Status dry_run(const PromtailConfig& config, const DryRunOptions& options, const Clock& clock,
               Metrics& metrics, Diagnostics& diagnostics, std::ostream& out) {
  PipelineContext context{clock, metrics, diagnostics, options.host};
  context.masker = options.masker;
  std::vector<std::string> known;  // already shown when the file was loaded
  ASSIGN_OR_RETURN(const auto jobs, compile_jobs(config, context, known));
  for (const std::string& warning : config.warnings) out << "# " << warning << '\n';
  for (const ClientConfig& client : config.clients) {
    for (const Label& label : client.external_labels) {
      out << "# lines for " << without_url_secrets(client.url) << " that have no label "
          << label.name << " get " << label.name << "=\"" << label.value << "\"\n";
    }
  }
  if (options.lines && jobs.size() > 1)
    out << "# standard input goes through the first job, " << jobs[0]->name() << ", alone\n";
  DryRun run(options, clock, diagnostics, out);
  for (size_t i = 0; i < jobs.size(); ++i) {
    if (options.lines && i > 0) break;
    RETURN_IF_ERROR(run.run_job(config.scrapes[i], *jobs[i]));
  }
  return {};
}

}  // namespace logsvc::agent
