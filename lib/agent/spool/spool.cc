#include "agent/spool/spool.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <random>

#include "base/checksum.h"

namespace logsvc::agent {
namespace {

using Json = nlohmann::json;

constexpr uint64_t kTrimBytes = 1u << 20;  // a smaller acknowledged segment may stay

std::string random_id() {
  std::random_device device;
  std::string out;
  for (int i = 0; i < 16; ++i) out += "0123456789abcdef"[device() % 16];
  return out;
}

// Makes a file name from any text.
std::string file_name_of(const std::string& name) {
  std::string out;
  for (const char c : name.substr(0, 40)) {
    out += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' ? c : '_';
  }
  char hash[20];
  std::snprintf(hash, sizeof hash, "-%016llx", static_cast<unsigned long long>(hash_bytes(name)));
  return out + hash;
}

}  // namespace

Result<std::unique_ptr<Spool>> Spool::open(FileSystem& files, const std::string& dir,
                                           SpoolOptions options) {
  RETURN_IF_ERROR(files.make_dirs(dir + "/acks"));
  journal::JournalOptions journal_options;
  journal_options.segment_bytes = options.segment_bytes;
  journal_options.max_bytes = options.max_bytes;
  auto spool = std::unique_ptr<Spool>(new Spool(files, dir, std::move(options)));
  journal::OpenReport report;
  ASSIGN_OR_RETURN(spool->journal_,
                   journal::Journal::open(files, dir + "/spool", journal_options, &report));
  for (const std::string& path : report.set_aside)
    spool->options_.on_lost("no record of a segment verifies; it is kept as " + path, 0);
  RETURN_IF_ERROR(spool->load());
  if (spool->agent_id_.empty()) {
    spool->agent_id_ = random_id();
    RETURN_IF_ERROR(spool->save_positions());
  }
  return spool;
}

Status Spool::load_positions() {
  const std::string path = dir_ + "/positions.json";
  if (!files_.exists(path)) return {};
  ASSIGN_OR_RETURN(const std::string text, files_.read_all(path));
  try {
    const Json saved = Json::parse(text);
    agent_id_ = saved.at("agent").get<std::string>();
    for (const auto& [key, source] : saved.at("sources").items()) {
      sources_[key] = {source.at("position").get<std::string>(),
                       source.at("lines").get<uint64_t>()};
    }
  } catch (const Json::exception& e) {
    return Error{ErrorCode::kCorrupt,
                 path + ": " + e.what() +
                     "; move it away to read everything anew (the server leaves out what it has)"};
  }
  return {};
}

Status Spool::load() {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(load_positions());
  if (!agent_id_.empty() && !journal_->is_begun())
    options_.on_lost(dir_ + "/spool has no segment: lines that waited there are lost", 0);
  RETURN_IF_ERROR(open_acks());
  RETURN_IF_ERROR(load_groups());
  return journal_->begin();
}

// If the spool ends before the last acknowledged sequence, its end was lost in a power cut or
// removed: those numbers must not be used again.
Status Spool::open_acks() {
  for (const std::string& name : options_.clients) {
    Client& client = clients_.emplace_back();
    ASSIGN_OR_RETURN(client.ack,
                     journal::PlaceFile::open(files_, dir_ + "/acks/" + file_name_of(name)));
    client.acknowledged = client.ack->sequence();
    RETURN_IF_ERROR(journal_->advance_to(client.acknowledged + 1));
  }
  return {};
}

Status Spool::load_groups() {
  const auto reader = journal_->read_from(1);
  while (true) {
    ASSIGN_OR_RETURN(const bool found, reader->next());
    if (!found) break;
    const auto group = decode_spool_group(reader->record());
    if (!group.ok()) continue;
    // The last group of a source has its newest position, whatever the source's clock did.
    sources_[std::string(group->source)] = {std::string(group->position),
                                            group->first_line + group->lines - 1};
    for (Client& client : clients_) {
      if (reader->sequence() > client.acknowledged) client.waiting_lines += group->lines;
    }
  }
  const uint64_t had = least_acknowledged();
  for (const journal::Loss& loss : reader->losses()) {
    const uint64_t end = loss.first + loss.records;
    const uint64_t lost = end - std::min(end, std::max(loss.first, had + 1));
    if (lost > 0) options_.on_lost(loss.where + ": " + std::to_string(loss.bytes) + " bytes", lost);
  }
  return {};
}

Status Spool::append(std::span<const SpoolGroup> groups) {
  std::vector<std::string> records;
  for (const SpoolGroup& group : groups) records.push_back(encode_spool_group(group));
  const std::vector<std::string_view> views(records.begin(), records.end());
  auto sequence = journal_->append(views);
  while (!sequence.ok() && sequence.error().code == ErrorCode::kNoSpace && make_room())
    sequence = journal_->append(views);
  if (!sequence.ok()) return sequence.error();
  MutexLock lock(mutex_);
  for (const SpoolGroup& group : groups) {
    SourceState& state = sources_[std::string(group.source)];
    state.position = group.position;
    state.lines = group.first_line + group.lines - 1;
    for (Client& client : clients_) client.waiting_lines += group.lines;
  }
  return {};
}

SourceState Spool::state(const std::string& source) const {
  MutexLock lock(mutex_);
  const auto found = sources_.find(source);
  return found == sources_.end() ? SourceState() : found->second;
}

void Spool::forget_absent(const std::string& prefix, const std::set<std::string>& present) {
  MutexLock lock(mutex_);
  if (least_acknowledged() + 1 < journal_->next_sequence()) return;
  std::erase_if(sources_, [&](const auto& source) {
    const std::string& key = source.first;
    return key.starts_with(prefix) && key.find('/', prefix.size()) == std::string::npos &&
           !present.count(key);
  });
}

Result<bool> Spool::Reader::next(SpoolGroup& group) {
  while (true) {
    ASSIGN_OR_RETURN(const bool found, journal_reader_->next());
    if (!found) return false;
    // The checksum is right, so a group that cannot be decoded is from another release.
    if (auto decoded = decode_spool_group(journal_reader_->record()); decoded.ok()) {
      group = *decoded;
      return true;
    }
  }
}

std::unique_ptr<Spool::Reader> Spool::reader(size_t client) const {
  MutexLock lock(mutex_);
  auto out = std::make_unique<Reader>();
  out->journal_reader_ = journal_->read_from(clients_[client].acknowledged + 1);
  return out;
}

uint64_t Spool::least_acknowledged() const {
  uint64_t least = clients_.empty() ? 0 : UINT64_MAX;
  for (const Client& client : clients_) least = std::min(least, client.acknowledged);
  return least;
}

Status Spool::acknowledge(size_t client, uint64_t sequence, uint64_t lines) {
  {
    MutexLock lock(mutex_);
    Client& c = clients_[client];
    c.waiting_lines -= std::min(lines, c.waiting_lines);
    if (sequence <= c.acknowledged) return {};
    c.acknowledged = sequence;
    RETURN_IF_ERROR(c.ack->write(sequence));
  }
  return release();
}

Status Spool::release() {
  MutexLock releasing(release_mutex_);
  uint64_t least = 0;
  {
    MutexLock lock(mutex_);
    least = least_acknowledged();
  }
  const uint64_t end = journal_->oldest_segment_end();
  const bool oldest_is_done = end > 0 && least + 1 >= end;
  const bool all_is_done =
      least + 1 == journal_->next_sequence() && journal_->size_bytes() > kTrimBytes;
  if (!oldest_is_done && !all_is_done) return {};
  RETURN_IF_ERROR(save_positions());
  return journal_->trim(least);
}

bool Spool::make_room() {
  {
    MutexLock releasing(release_mutex_);
    const uint64_t end = journal_->oldest_segment_end();
    MutexLock lock(mutex_);
    const auto has_had_it = [&](const Client& c) { return c.acknowledged + 1 >= end; };
    if (end == 0 || std::none_of(clients_.begin(), clients_.end(), has_had_it)) return false;
    for (size_t i = 0; i < clients_.size(); ++i) {
      Client& client = clients_[i];
      if (has_had_it(client)) continue;
      uint64_t lines = 0;
      const Status counted = journal_->replay(
          client.acknowledged + 1, [&](uint64_t sequence, std::string_view record) {
            if (sequence >= end) return false;
            if (const auto group = decode_spool_group(record); group.ok()) lines += group->lines;
            return true;
          });
      client.acknowledged = end - 1;
      client.waiting_lines -= std::min(lines, client.waiting_lines);
      if (!counted.ok() || !client.ack->write(client.acknowledged).ok()) return false;
      options_.on_dropped(i, lines);
    }
  }
  return release().ok();
}

Status Spool::save_positions() {
  Json sources = Json::object();
  {
    MutexLock lock(mutex_);
    for (const auto& [key, state] : sources_)
      sources[key] = {{"position", state.position}, {"lines", state.lines}};
  }
  const Json all = {{"agent", agent_id_}, {"sources", std::move(sources)}};
  // The lines before these positions must be on disk before the positions are.
  RETURN_IF_ERROR(journal_->sync());
  return files_.replace(dir_ + "/positions.json", all.dump(1) + "\n");
}

uint64_t Spool::waiting_lines(size_t client) const {
  MutexLock lock(mutex_);
  return client < clients_.size() ? clients_[client].waiting_lines : 0;
}

}  // namespace logsvc::agent
