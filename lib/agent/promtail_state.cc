#include "agent/promtail_state.h"

#include "agent/docker/cursor.h"
#include "agent/spool/group_writer.h"

namespace logsvc::agent {
namespace {

constexpr char kCursor[] = "cursor-";       // before a container's id or a journal's job
constexpr char kOldJournal[] = "journal-";  // written by Promtail 2.4 and older

}  // namespace

Result<std::unique_ptr<PromtailState>> PromtailState::open(FileSystem& files,
                                                           const PositionsConfig& config,
                                                           Diagnostics& diagnostics) {
  std::unique_ptr<PromtailState> out(new PromtailState(files, config, diagnostics));
  auto found = read_positions_file(files, config.filename);
  if (!found.ok()) {
    if (!config.ignore_invalid_yaml) {
      return invalid("the positions file of Promtail is not understood: " + found.error().message +
                     " (positions: ignore_invalid_yaml: true starts without it)");
    }
    diagnostics.warn("agent", "the positions file of Promtail is not understood, and left aside",
                     {{"path", config.filename}, {"why", found.error().message}});
    return out;
  }
  out->found_ = std::move(*found);
  MutexLock lock(out->mutex_);
  out->written_ = out->found_;
  return out;
}

std::string PromtailState::journal_cursor(const std::string& job) const {
  for (const char* prefix : {kCursor, kOldJournal}) {
    const auto found = found_.others.find(prefix + job);
    // Seconds are the place of a container whose id happens to be the job's name.
    if (found != found_.others.end() && found->second.find('=') != std::string::npos)
      return found->second;
  }
  return "";
}

Status PromtailState::give_containers(Spool& spool, const std::string& source_prefix,
                                      Timestamp now) const {
  GroupWriter writer(spool);
  for (const auto& [name, value] : found_.others) {
    if (!name.starts_with(kCursor)) continue;
    const std::string id = name.substr(sizeof kCursor - 1);
    const std::string source = source_prefix + id;
    const int64_t seconds = promtail_cursor(found_, id);
    if (seconds <= 0 || seconds > now / kSecond || !spool.state(source).position.empty()) continue;
    Cursor place;
    place.timestamp = seconds * kSecond - 1;
    uint64_t lines = 0;
    RETURN_IF_ERROR(writer.commit(source, encode_cursor(place), lines, now));
  }
  return {};
}

void PromtailState::save_offsets(const std::map<std::string, uint64_t>& offsets) {
  MutexLock lock(mutex_);
  if (written_.offsets == offsets) return;
  written_.offsets = offsets;
  write();
}

void PromtailState::save_containers(const std::map<std::string, Timestamp>& last) {
  MutexLock lock(mutex_);
  const PromtailPositions before = written_;
  for (const auto& [id, time] : last) {
    written_.others[kCursor + id] = std::to_string(time / kSecond);
  }
  if (written_ != before) write();
}

void PromtailState::save_journal(const std::string& job, const std::string& cursor) {
  MutexLock lock(mutex_);
  std::string& written = written_.others[kCursor + job];
  if (written == cursor) return;
  written = cursor;
  written_.others.erase(kOldJournal + job);
  write();
}

void PromtailState::write() {
  const Status done = write_positions_file(files_, path_, written_);
  if (!done.ok()) {
    diagnostics_.warn("agent", "the positions file of Promtail cannot be written",
                      {{"path", path_}, {"why", done.error().message}});
  }
}

}  // namespace logsvc::agent
