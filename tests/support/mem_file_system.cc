#include "support/mem_file_system.h"

#include <algorithm>

namespace logsvc::testing {
namespace {
Error not_found(const std::string& path) { return {ErrorCode::kNotFound, path + ": no such file"}; }
}  // namespace

// Counts an operation that changes the disk, and fails it if its time has come.
Status MemFileSystem::State::operate() {
  ++operations;
  if (!off && off_at != 0 && operations >= off_at) {
    off = true;
    if (on_off) on_off();
  }
  if (off) return Error{ErrorCode::kIo, "the power is off"};
  if (fail_at == operations) {
    return Error{operations % 2 ? ErrorCode::kIo : ErrorCode::kNoSpace, "made to fail"};
  }
  return {};
}

void MemFileSystem::State::change(Change c) {
  apply(c, now);
  changes.push_back(std::move(c));
}

void MemFileSystem::apply(const Change& c, Names& names) {
  switch (c.kind) {
    case Change::Kind::kMakeDir:
      names.dirs.insert(c.path);
      return;
    case Change::Kind::kRemoveDir:
      names.dirs.erase(c.path);
      return;
    case Change::Kind::kFile:
      if (!c.from.empty()) names.files.erase(c.from);
      if (c.file) {
        names.files[c.path] = c.file;
      } else {
        names.files.erase(c.path);
      }
  }
}

// Keeps a part of what came after the last sync; some of that may be zeros.
void MemFileSystem::tear(File& file, std::mt19937_64& random) {
  if (file.now == file.synced) return;
  const size_t kept = file.synced.size();
  if (file.now.size() >= kept && file.now.compare(0, kept, file.synced) == 0) {
    file.now.resize(kept + random() % (file.now.size() - kept + 1));
    if (random() % 3 == 0 && file.now.size() > kept) {
      std::fill(file.now.begin() +
                    static_cast<std::ptrdiff_t>(kept + random() % (file.now.size() - kept)),
                file.now.end(), '\0');
    }
  } else if (random() % 2) {  // it was cut
    file.now = file.synced;
  }
  file.synced = file.now;
}

class MemFileSystem::Writer : public WritableFile {
 public:
  Writer(std::shared_ptr<State> state, FileRef file)
      : state_(std::move(state)), file_(std::move(file)) {}
  Status append(std::string_view bytes) override {
    const std::lock_guard lock(state_->mutex);
    const bool was_off = state_->off;
    if (const Status status = state_->operate(); !status.ok()) {
      if (!was_off) file_->now.append(bytes.substr(0, bytes.size() / 2));
      return status;
    }
    if (state_->fail_append > 0 && --state_->fail_append == 0) {
      file_->now.append(bytes.substr(0, bytes.size() / 2));
      return Error{ErrorCode::kNoSpace, "no space"};
    }
    file_->now.append(bytes);
    return {};
  }
  Status sync() override {
    const std::lock_guard lock(state_->mutex);
    RETURN_IF_ERROR(state_->operate());
    if (std::exchange(state_->fail_sync, false)) return Error{ErrorCode::kIo, "sync failed"};
    file_->synced = file_->now;
    return {};
  }
  Status truncate(uint64_t size) override {
    const std::lock_guard lock(state_->mutex);
    RETURN_IF_ERROR(state_->operate());
    file_->now.resize(size);
    return {};
  }

 private:
  const std::shared_ptr<State> state_;
  const FileRef file_;
};

class MemFileSystem::Reader : public ReadableFile {
 public:
  explicit Reader(std::string bytes) : bytes_(std::move(bytes)) {}
  uint64_t size() const override { return bytes_.size(); }
  Result<std::string> read_at(uint64_t offset, uint64_t n) const override {
    if (offset > bytes_.size() || n > bytes_.size() - offset)
      return Error{ErrorCode::kCorrupt, "past the end"};
    return bytes_.substr(offset, n);
  }

 private:
  const std::string bytes_;
};

void MemFileSystem::drop_unsynced() {
  const std::lock_guard lock(state_->mutex);
  for (auto& [path, file] : state_->now.files)
    file = std::make_shared<File>(File{file->synced, file->synced});
  state_->durable = state_->now;
  state_->changes.clear();
}

void MemFileSystem::crash(std::mt19937_64& random) {
  const std::lock_guard lock(state_->mutex);
  State& s = *state_;
  // A journaling file system keeps changes in order; another one may keep any of them.
  const bool in_order = random() % 2;
  const size_t kept = random() % (s.changes.size() + 1);
  for (size_t i = 0; i < s.changes.size(); ++i) {
    if (in_order ? i < kept : random() % 2 != 0) apply(s.changes[i], s.durable);
  }
  std::erase_if(s.durable.files,
                [&](const auto& f) { return !s.durable.dirs.count(parent_dir(f.first)); });
  // Writers that are still open write into files that no longer exist.
  for (auto& [path, file] : s.durable.files) {
    file = std::make_shared<File>(*file);
    tear(*file, random);
  }
  s.now = s.durable;
  s.changes.clear();
  s.off = false;
  s.off_at = s.fail_at = 0;
  s.on_off = {};
}

void MemFileSystem::fail_append(int nth) {
  const std::lock_guard lock(state_->mutex);
  state_->fail_append = nth;
}
void MemFileSystem::fail_next_sync() {
  const std::lock_guard lock(state_->mutex);
  state_->fail_sync = true;
}
void MemFileSystem::fail_operation(uint64_t nth) {
  const std::lock_guard lock(state_->mutex);
  state_->fail_at = nth ? state_->operations + nth : 0;
}
void MemFileSystem::power_off(uint64_t nth, std::function<void()> on_off) {
  const std::lock_guard lock(state_->mutex);
  state_->off_at = state_->operations + nth;
  state_->on_off = std::move(on_off);
}
bool MemFileSystem::is_off() const {
  const std::lock_guard lock(state_->mutex);
  return state_->off;
}
uint64_t MemFileSystem::operations() const {
  const std::lock_guard lock(state_->mutex);
  return state_->operations;
}
std::string MemFileSystem::bytes(const std::string& path) const {
  const std::lock_guard lock(state_->mutex);
  return state_->now.files.at(path)->now;
}
void MemFileSystem::set_bytes(const std::string& path, std::string bytes) {
  const std::lock_guard lock(state_->mutex);
  const auto file = std::make_shared<File>(File{bytes, bytes});
  state_->now.files[path] = state_->durable.files[path] = file;
}
void MemFileSystem::set_space(DiskSpace space) {
  const std::lock_guard lock(state_->mutex);
  state_->space = space;
}

Result<std::unique_ptr<ReadableFile>> MemFileSystem::open_read(const std::string& path) {
  ASSIGN_OR_RETURN(std::string all, read_all(path));
  return std::unique_ptr<ReadableFile>(new Reader(std::move(all)));
}
Result<std::unique_ptr<WritableFile>> MemFileSystem::create(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  RETURN_IF_ERROR(state_->operate());
  const auto file = std::make_shared<File>();
  state_->change({parent_dir(path), path, file, {}});
  return std::unique_ptr<WritableFile>(new Writer(state_, file));
}
Result<std::unique_ptr<WritableFile>> MemFileSystem::open_append(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  auto found = state_->now.files.find(path);
  if (found == state_->now.files.end()) {
    RETURN_IF_ERROR(state_->operate());
    state_->change({parent_dir(path), path, std::make_shared<File>(), {}});
    found = state_->now.files.find(path);
  }
  return std::unique_ptr<WritableFile>(new Writer(state_, found->second));
}
Result<std::string> MemFileSystem::read_all(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->now.files.find(path);
  if (found == state_->now.files.end()) return not_found(path);
  return found->second->now;
}
Result<std::vector<std::string>> MemFileSystem::list(const std::string& dir) {
  const std::lock_guard lock(state_->mutex);
  std::set<std::string> names;
  const std::string prefix = dir + "/";
  const auto add = [&](const std::string& path) {
    if (path.rfind(prefix, 0) == 0)
      names.insert(path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size()));
  };
  for (const auto& [path, file] : state_->now.files) add(path);
  for (const std::string& path : state_->now.dirs) add(path);
  return std::vector<std::string>(names.begin(), names.end());
}
Result<uint64_t> MemFileSystem::file_size(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string all, read_all(path));
  return static_cast<uint64_t>(all.size());
}
bool MemFileSystem::exists(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  return state_->now.files.count(path) || state_->now.dirs.count(path);
}
Status MemFileSystem::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(state_->mutex);
  RETURN_IF_ERROR(state_->operate());
  const auto found = state_->now.files.find(from);
  if (found == state_->now.files.end()) return not_found(from);
  state_->change({parent_dir(to), to, found->second, from});
  return {};
}
Status MemFileSystem::remove(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  RETURN_IF_ERROR(state_->operate());
  if (!state_->now.files.count(path)) return not_found(path);
  state_->change({parent_dir(path), path, nullptr, {}});
  return {};
}
Status MemFileSystem::remove_dir(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  RETURN_IF_ERROR(state_->operate());
  state_->change({parent_dir(path), path, nullptr, {}, Change::Kind::kRemoveDir});
  return {};
}
Status MemFileSystem::make_dirs(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  for (size_t at = 1; at <= path.size(); ++at) {
    if (at != path.size() && path[at] != '/') continue;
    const std::string part = path.substr(0, at);
    if (state_->now.dirs.count(part)) continue;
    RETURN_IF_ERROR(state_->operate());
    state_->change({parent_dir(part), part, nullptr, {}, Change::Kind::kMakeDir});
  }
  return {};
}
Status MemFileSystem::sync_dir(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  RETURN_IF_ERROR(state_->operate());
  for (const Change& c : state_->changes) {
    if (c.dir == path) apply(c, state_->durable);
  }
  std::erase_if(state_->changes, [&](const Change& c) { return c.dir == path; });
  return {};
}
Status MemFileSystem::sync_disk(const std::string&) {
  const std::lock_guard lock(state_->mutex);
  RETURN_IF_ERROR(state_->operate());
  for (const Change& c : state_->changes) apply(c, state_->durable);
  state_->changes.clear();
  for (const auto& [path, file] : state_->now.files) file->synced = file->now;
  return {};
}
Result<DiskSpace> MemFileSystem::space(const std::string&) {
  const std::lock_guard lock(state_->mutex);
  return state_->space;
}

}  // namespace logsvc::testing
