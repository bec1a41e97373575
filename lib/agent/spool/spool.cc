#include "agent/spool/spool.h"

#include <nlohmann/json.hpp>

#include "base/bytes.h"

namespace logsvc::agent {
namespace {

using Json = nlohmann::json;
constexpr uint8_t kVersion = 1;

Error corrupt_group() { return {ErrorCode::kCorrupt, "a spool group cannot be read"}; }

}  // namespace

std::string encode_spool_group(const SpoolGroup& group) {
  std::string out;
  put_u8(out, kVersion);
  put_string(out, group.container);
  put_u8(out, static_cast<uint8_t>(group.cursor.stream));
  put_zigzag(out, group.cursor.timestamp);
  put_varint(out, group.cursor.nth);
  put_u64(out, group.cursor.hash);
  put_varint(out, group.lines.size());
  const std::string* previous = nullptr;
  for (const SpooledLine& line : group.lines) {
    // Most lines of a group have the labels of the one before.
    const bool same = previous && *previous == line.labels;
    put_string(out, same ? std::string_view() : std::string_view(line.labels));
    put_zigzag(out, line.timestamp);
    put_string(out, line.line);
    previous = &line.labels;
  }
  return out;
}

Result<SpoolGroup> decode_spool_group(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kVersion) return corrupt_group();
  SpoolGroup group;
  group.container = in.string();
  group.cursor.stream = in.u8() == 2 ? OutputStream::kStderr : OutputStream::kStdout;
  group.cursor.timestamp = in.zigzag();
  group.cursor.nth = static_cast<uint32_t>(in.varint());
  group.cursor.hash = in.u64();
  group.lines.resize(in.count(3));
  std::string_view labels;
  for (SpooledLine& line : group.lines) {
    const std::string_view own = in.string();
    if (!own.empty()) labels = own;
    line.labels = labels;
    line.timestamp = in.zigzag();
    line.line = in.string();
  }
  if (!in.done()) return corrupt_group();
  return group;
}

Result<std::unique_ptr<Spool>> Spool::open(FileSystem& files, const std::string& dir,
                                           uint64_t max_bytes) {
  RETURN_IF_ERROR(files.make_dirs(dir));
  journal::JournalOptions options;
  options.segment_bytes = 4u << 20;
  options.max_bytes = max_bytes;
  journal::OpenReport report;
  ASSIGN_OR_RETURN(auto journal, journal::Journal::open(files, dir + "/spool", options, &report));
  auto spool = std::unique_ptr<Spool>(new Spool(files, dir, std::move(journal)));
  RETURN_IF_ERROR(spool->load());
  return spool;
}

Status Spool::load() {
  MutexLock lock(mutex_);
  const std::string path = dir_ + "/positions.json";
  if (files_.exists(path)) {
    ASSIGN_OR_RETURN(const std::string text, files_.read_all(path));
    try {
      const Json saved = Json::parse(text);
      acknowledged_ = saved.at("acknowledged").get<uint64_t>();
      for (const auto& [id, c] : saved.at("containers").items()) {
        const bool err = c.at("stream").get<std::string>() == "stderr";
        cursors_[id] = {err ? OutputStream::kStderr : OutputStream::kStdout,
                        c.at("timestamp").get<Timestamp>(), c.at("nth").get<uint32_t>(),
                        c.at("hash").get<uint64_t>()};
      }
    } catch (const Json::exception& e) {
      return Error{ErrorCode::kCorrupt,
                   path + ": " + e.what() +
                       "; move it away to read the containers' logs anew (the " +
                       "server leaves out what it has)"};
    }
  }
  // A journal that was lost begins anew: its numbers must stay ahead of what was acknowledged.
  if (acknowledged_ >= journal_->next_sequence()) acknowledged_ = 0;
  const auto reader = journal_->read_from(1);
  while (true) {
    ASSIGN_OR_RETURN(const bool found, reader->next());
    if (!found) break;
    // The last group of a container has its newest cursor, whatever its clock did.
    if (const auto group = decode_spool_group(reader->record()); group.ok()) {
      cursors_[group->container] = group->cursor;
    }
  }
  reader_ = journal_->read_from(acknowledged_ + 1);
  return {};
}

Status Spool::append(const SpoolGroup& group) {
  auto sequence = journal_->append(encode_spool_group(group));
  if (!sequence.ok()) return sequence.error();
  MutexLock lock(mutex_);
  cursors_[group.container] = group.cursor;
  return {};
}

Cursor Spool::cursor(const std::string& container) const {
  MutexLock lock(mutex_);
  const auto found = cursors_.find(container);
  return found == cursors_.end() ? Cursor() : found->second;
}

Result<bool> Spool::next(SpoolGroup& group, uint64_t& sequence) {
  while (true) {
    ASSIGN_OR_RETURN(const bool found, reader_->next());
    if (!found) return false;
    sequence = reader_->sequence();
    auto decoded = decode_spool_group(reader_->record());
    if (!decoded.ok())
      continue;  // its bytes verified: written by another release; counted by its lines' absence
    group = std::move(*decoded);
    return true;
  }
}

// The checkpoint first, then the trimming: what is trimmed is never needed for a cursor.
Status Spool::acknowledge(uint64_t sequence) {
  {
    MutexLock lock(mutex_);
    acknowledged_ = sequence;
  }
  RETURN_IF_ERROR(save_positions(sequence));
  return journal_->trim(sequence);
}

Status Spool::save_positions(uint64_t acknowledged) {
  Json containers = Json::object();
  {
    MutexLock lock(mutex_);
    for (const auto& [id, c] : cursors_) {
      containers[id] = {{"stream", c.stream == OutputStream::kStderr ? "stderr" : "stdout"},
                        {"timestamp", c.timestamp},
                        {"nth", c.nth},
                        {"hash", c.hash}};
    }
  }
  const Json all = {{"acknowledged", acknowledged}, {"containers", containers}};
  // The lines before these cursors must not be younger on disk than the cursors.
  RETURN_IF_ERROR(journal_->sync());
  return files_.replace(dir_ + "/positions.json", all.dump(1) + "\n");
}

void Spool::forget_absent(const std::set<std::string>& present) {
  if (waiting_groups() > 0) return;
  MutexLock lock(mutex_);
  std::erase_if(cursors_, [&](const auto& c) { return !present.count(c.first); });
}

uint64_t Spool::waiting_groups() const {
  MutexLock lock(mutex_);
  return journal_->next_sequence() - 1 - acknowledged_;
}

}  // namespace logsvc::agent
