#include "support/mem_file_system.h"

namespace logsvc::testing {
namespace {
Error not_found(const std::string& path) { return {ErrorCode::kNotFound, path + ": no such file"}; }
}  // namespace

class MemFileSystem::Writer : public WritableFile {
 public:
  Writer(std::shared_ptr<State> state, std::shared_ptr<File> file)
      : state_(std::move(state)), file_(std::move(file)) {}
  Status append(std::string_view bytes) override {
    const std::lock_guard lock(state_->mutex);
    if (state_->fail_append > 0 && --state_->fail_append == 0) {
      file_->now.append(bytes.substr(0, bytes.size() / 2));
      return Error{ErrorCode::kNoSpace, "no space"};
    }
    file_->now.append(bytes);
    return {};
  }
  Status sync() override {
    const std::lock_guard lock(state_->mutex);
    if (std::exchange(state_->fail_sync, false)) return Error{ErrorCode::kIo, "sync failed"};
    file_->synced = file_->now;
    return {};
  }
  Status truncate(uint64_t size) override {
    const std::lock_guard lock(state_->mutex);
    file_->now.resize(size);
    return {};
  }

 private:
  const std::shared_ptr<State> state_;
  const std::shared_ptr<File> file_;
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
  for (auto& [path, file] : state_->files)
    file = std::make_shared<File>(File{file->synced, file->synced});
}
void MemFileSystem::fail_append(int nth) {
  const std::lock_guard lock(state_->mutex);
  state_->fail_append = nth;
}
void MemFileSystem::fail_next_sync() {
  const std::lock_guard lock(state_->mutex);
  state_->fail_sync = true;
}
std::string MemFileSystem::bytes(const std::string& path) const {
  const std::lock_guard lock(state_->mutex);
  return state_->files.at(path)->now;
}
void MemFileSystem::set_bytes(const std::string& path, std::string bytes) {
  const std::lock_guard lock(state_->mutex);
  state_->files[path] = std::make_shared<File>(File{bytes, bytes});
}

Result<std::unique_ptr<ReadableFile>> MemFileSystem::open_read(const std::string& path) {
  ASSIGN_OR_RETURN(std::string all, read_all(path));
  return std::unique_ptr<ReadableFile>(new Reader(std::move(all)));
}
Result<std::unique_ptr<WritableFile>> MemFileSystem::create(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  auto& file = state_->files[path] = std::make_shared<File>();
  return std::unique_ptr<WritableFile>(new Writer(state_, file));
}
Result<std::unique_ptr<WritableFile>> MemFileSystem::open_append(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  auto& file = state_->files[path];
  if (!file) file = std::make_shared<File>();
  return std::unique_ptr<WritableFile>(new Writer(state_, file));
}
Result<std::string> MemFileSystem::read_all(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->files.find(path);
  if (found == state_->files.end()) return not_found(path);
  return found->second->now;
}
Result<std::vector<std::string>> MemFileSystem::list(const std::string& dir) {
  const std::lock_guard lock(state_->mutex);
  std::set<std::string> names;
  const std::string prefix = dir + "/";
  for (const auto& [path, file] : state_->files) {
    if (path.rfind(prefix, 0) == 0)
      names.insert(path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size()));
  }
  return std::vector<std::string>(names.begin(), names.end());
}
Result<uint64_t> MemFileSystem::file_size(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string all, read_all(path));
  return static_cast<uint64_t>(all.size());
}
bool MemFileSystem::exists(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  return state_->files.count(path) || state_->dirs.count(path);
}
Status MemFileSystem::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->files.find(from);
  if (found == state_->files.end()) return not_found(from);
  state_->files[to] = found->second;
  state_->files.erase(from);
  return {};
}
Status MemFileSystem::remove(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  if (!state_->files.erase(path)) return not_found(path);
  return {};
}
Status MemFileSystem::remove_dir(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  state_->dirs.erase(path);
  return {};
}
Status MemFileSystem::make_dirs(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  state_->dirs.insert(path);
  return {};
}
Status MemFileSystem::sync_dir(const std::string&) { return {}; }
Result<DiskSpace> MemFileSystem::space(const std::string&) { return DiskSpace{1u << 30, 1u << 30}; }

}  // namespace logsvc::testing
