#include "agent/files/tailed_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace logsvc::agent {
namespace {

constexpr size_t kTurnBytes = 1u << 20;

// How long a renamed file must be quiet before it is left: its writers switch to the new file one
// after the other, and none has switched while that is empty.
constexpr Duration kQuiet = kSecond / 2;
constexpr Duration kQuietBeforeSuccessor = kMinute;
constexpr Duration kQuietDeleted = 2 * kSecond;
constexpr Duration kMaxRenamed = 30 * kSecond;  // lines in the new file wait no longer
constexpr Duration kLookAgain = kSecond / 4;
constexpr size_t kMaxSuccessors = 100;

int open_file(const std::string& path) {
  return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

uint64_t size_of(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
}

int64_t modified_of(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 ? info.st_mtim.tv_sec * kSecond + info.st_mtim.tv_nsec : 0;
}

}  // namespace

TailedFile::TailedFile(const TailContext& context, Options options,
                       std::unique_ptr<TargetPipeline> pipeline)
    : context_(context),
      options_(std::move(options)),
      counts_(context.metrics.of_path(options_.path)),
      pipeline_(std::move(pipeline)) {
  context_.metrics.active.add(1);
}

TailedFile::~TailedFile() {
  close();
  for (const Successor& next : successors_) ::close(next.fd);
  context_.metrics.active.add(-1);
}

void TailedFile::close() {
  lines_.reset();
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void TailedFile::fail(const char* what, const std::string& why) {
  context_.metrics.failures.add();
  context_.diagnostics.warn("agent", what, {{"path", options_.path}, {"why", why}});
}

bool TailedFile::open(int fd, uint64_t offset, Compression compression) {
  close();
  const auto identity = identify_file(fd);
  auto bytes = open_bytes(fd, compression, offset);
  if (!identity || !bytes.ok()) {
    fail("a file cannot be read", bytes.ok() ? std::strerror(errno) : bytes.error().message);
    ::close(fd);
    return false;
  }
  fd_ = fd;
  compression_ = compression;
  identity_ = *identity;
  lines_ = std::make_unique<LineSource>(std::move(*bytes), offset);
  knows_encoding_ = false;
  return true;
}

// Returns false if the text is still too short to tell how its characters are encoded.
bool TailedFile::know_encoding() {
  if (knows_encoding_ || !options_.decoder) return true;
  const std::string head = first_bytes(fd_, compression_, TextDecoder::kHeadBytes);
  if (!options_.decoder->begin(head)) return false;
  lines_->set_line_end(options_.decoder->line_end());
  knows_encoding_ = true;
  return true;
}

// Opens the file of the place under another name in the same folder.
bool TailedFile::open_rotated(const FilePlace& place) {
  std::error_code failure;
  const std::filesystem::path folder = std::filesystem::path(options_.path).parent_path();
  for (std::filesystem::directory_iterator it(folder, failure), end; !failure && it != end;
       it.increment(failure)) {
    struct stat info {};
    if (::stat(it->path().c_str(), &info) != 0 || info.st_ino != place.file.inode ||
        info.st_dev != place.file.device) {
      continue;
    }
    const int fd = open_file(it->path().string());
    if (fd < 0) continue;
    const Compression by_name = compression_of_name(it->path().string());
    const bool packed = options_.compression == Compression::kNone && by_name != Compression::kNone;
    const Compression compression = packed ? by_name : options_.compression;
    if (is_same_file(fd, place.file) && (packed || size_of(fd) >= place.offset)) {
      is_rotated_ = true;
      return open(fd, place.offset, compression);
    }
    ::close(fd);
  }
  return false;
}

// Opens the file of the place, which was compressed in the meantime.
bool TailedFile::open_packed(const FilePlace& place, const std::vector<RotatedFile>& rotated) {
  for (const RotatedFile& file : rotated) {
    // An older file may begin the same way. Some compressors store whole seconds only.
    if (file.compression == Compression::kNone || file.modified + kSecond < place.modified)
      continue;
    const int fd = open_file(file.path);
    if (fd < 0) continue;
    const auto head = unpacked_head(fd, file.compression);
    if (head && !head->empty() && begins_so(*head, place.file)) {
      is_rotated_ = true;
      return open(fd, place.offset, file.compression);
    }
    ::close(fd);
  }
  return false;
}

void TailedFile::note_rotated(int64_t modified) {
  if (options_.compression != Compression::kNone) return;
  constexpr int kTries = 5;
  for (int i = 0; i < kTries; ++i) {
    if (note_listed(rotated_files(options_.path), modified)) return;
  }
}

// Returns false if files were renamed in the meantime.
bool TailedFile::note_listed(const std::vector<RotatedFile>& rotated, int64_t modified) {
  struct stat last {};
  if (fd_ >= 0 || !successors_.empty())
    (void)::fstat(successors_.empty() ? fd_ : successors_.back().fd, &last);
  const auto is_last = [&](const RotatedFile& file) {
    return file.inode == last.st_ino && file.device == last.st_dev;
  };
  const auto known = std::find_if(rotated.begin(), rotated.end(), is_last);
  for (auto file = known == rotated.end() ? rotated.begin() : known + 1; file != rotated.end();
       ++file) {
    // It is newer than a listed file by its number; otherwise it was written to later.
    const bool newer =
        (known != rotated.end() && known->number) || (modified > 0 && file->modified >= modified);
    if (!newer || (options_.others && options_.others->is_target(options_.job, file->path)))
      continue;
    if (successors_.size() >= kMaxSuccessors) return true;
    const int fd = open_file(file->path);
    struct stat opened {};
    const bool is_listed = fd >= 0 && ::fstat(fd, &opened) == 0 && opened.st_ino == file->inode &&
                           opened.st_dev == file->device;
    if (is_listed && !is_open(opened)) {
      successors_.push_back({fd, file->compression});
    } else if (fd >= 0) {
      ::close(fd);
    }
    if (!is_listed) return false;
  }
  return true;
}

bool TailedFile::open_at_start() {
  committed_ = context_.store.position(options_.source);
  const auto place = decode_file_place(committed_);
  const int fd = open_file(options_.path);
  const bool same = fd >= 0 && place && is_same_file(fd, place->file) &&
                    (options_.compression != Compression::kNone || size_of(fd) >= place->offset);
  const int why = errno;
  first_open_ = false;
  const bool lost = place && !same && place->file.inode != 0;
  const auto rotated = lost && options_.compression == Compression::kNone
                           ? rotated_files(options_.path)
                           : std::vector<RotatedFile>();
  // Tries twice: a file renamed while the folder is being listed may be missing from the list.
  if (lost && (open_rotated(*place) || open_rotated(*place) || open_packed(*place, rotated))) {
    if (fd >= 0) ::close(fd);
    note_rotated(place->modified);
    return true;
  }
  std::optional<uint64_t> offset = 0;
  if (same) {
    offset = place->offset;
  } else if (!place && fd >= 0 && options_.start_offset && *options_.start_offset <= size_of(fd)) {
    offset = whole_characters(*options_.start_offset);
  } else if (fd >= 0 && options_.others) {
    offset = options_.others->begin_at(options_, fd);
  }
  if (!offset) {
    ::close(fd);
    return false;
  }
  if (lost) {
    context_.metrics.gaps.add();
    context_.diagnostics.warn("agent", "a file was rotated away before it was read to its end",
                              {{"path", options_.path}});
    note_rotated(place->modified);
    if (!successors_.empty()) {
      if (fd >= 0) add_successor(fd);
      return open_successor();
    }
  }
  if (fd >= 0) return open(fd, *offset, options_.compression);
  if (why != ENOENT) fail("a file cannot be opened", std::strerror(why));
  return false;
}

// Rounds Promtail's offset up to a whole character: Promtail ends lines at a byte that may be
// inside one.
uint64_t TailedFile::whole_characters(uint64_t offset) const {
  const uint64_t unit = options_.decoder ? options_.decoder->unit_bytes() : 1;
  return (offset + unit - 1) / unit * unit;
}

// Opens the new file at the path.
bool TailedFile::open_path() {
  const int fd = open_file(options_.path);
  return fd >= 0 && open_new(fd, options_.compression);
}

bool TailedFile::open_successor() {
  const Successor next = successors_.front();
  successors_.pop_front();
  return open_new(next.fd, next.compression);
}

bool TailedFile::open_new(int fd, Compression compression) {
  const auto offset =
      options_.others ? options_.others->begin_at(options_, fd) : std::optional<uint64_t>(0);
  if (offset) return open(fd, *offset, compression);
  ::close(fd);
  return false;
}

std::optional<FileIdentity> TailedFile::identity() const {
  if (fd_ >= 0) return identity_;
  const auto place = decode_file_place(context_.store.position(options_.source));
  if (!first_open_ || !place || place->file.inode == 0) return {};
  return place->file;
}

bool TailedFile::reads_renamed(int fd) const {
  struct stat asked {};
  if (fd_ >= 0 && ::fstat(fd, &asked) == 0 &&
      !(asked.st_ino == identity_.inode && asked.st_dev == identity_.device) && is_open(asked)) {
    return true;
  }
  const auto file = identity();
  if (!file || !is_same_file(fd, *file)) return false;
  struct stat at_path {};
  return ::stat(options_.path.c_str(), &at_path) != 0 || at_path.st_ino != file->inode ||
         at_path.st_dev != file->device;
}

void TailedFile::add_line(std::string_view text, uint64_t offset) {
  counts_->lines += 1;
  if (options_.decoder) text = options_.decoder->decode(text, offset == 0);
  pipeline_->process({base_ + offset, context_.clock.now(), text}, context_.clock.steady_ns(),
                     context_.store.sink());
}

// Returns false at the end of the file, and if it cannot be read.
bool TailedFile::read(size_t max_bytes) {
  if (!know_encoding()) return false;
  const auto more = lines_->read(
      max_bytes, [this](std::string_view text, uint64_t offset) { add_line(text, offset); });
  counts_->read_bytes = lines_->offset();
  counts_->file_bytes = size_of(fd_);
  if (!more.ok()) fail("a file cannot be read", more.error().message);
  return more.ok() && *more;
}

// Passes on the last line although it has no end.
void TailedFile::finish() {
  lines_->finish([this](std::string_view text, uint64_t offset) { add_line(text, offset); });
}

bool TailedFile::commit() {
  // A file that has grown can be identified by more of its first bytes.
  if (identity_.head_bytes < kMaxHeadBytes) {
    if (const auto identity = identify_file(fd_)) identity_ = *identity;
  }
  const auto held = pipeline_->oldest_held();
  FilePlace place{identity_, held ? *held - base_ : lines_->offset(), modified_of(fd_)};
  std::string text = encode_file_place(place);
  if (text == committed_) return true;
  if (!context_.store.commit(options_.source, text)) return false;
  committed_ = std::move(text);
  return true;
}

TailedFile::State TailedFile::turn() {
  if (fd_ < 0) {
    if (!(first_open_ ? open_at_start() : open_path())) return State::kGone;
  }
  if (is_overwritten()) return read_anew();
  const bool more = read(kTurnBytes);
  if (!more && lines_->has_last_line()) finish();
  if (!commit()) return State::kStop;
  return more ? State::kMore : at_end();
}

TailedFile::State TailedFile::at_end() {
  struct stat at_path {};
  const bool exists = ::stat(options_.path.c_str(), &at_path) == 0;
  if (is_rotated_ || !exists || at_path.st_ino != identity_.inode ||
      at_path.st_dev != identity_.device) {
    note_successors();
    return may_grow() ? State::kIdle : next_file();
  }
  look_again_at_ = kNever;
  return is_overwritten() ? read_anew() : State::kIdle;
}

// Opens the successor at once, because it may be renamed too before the old file is left. Files
// that came and were renamed since the last look are read before it.
void TailedFile::note_successors() {
  struct stat at_path {};
  if (::stat(options_.path.c_str(), &at_path) == 0 && is_open(at_path)) return;
  const int fd = open_file(options_.path);
  // Only counts if the file being read is among the renamed ones: time alone makes no file newer.
  note_rotated(0);
  if (fd >= 0) add_successor(fd);
}

void TailedFile::add_successor(int fd) {
  struct stat opened {};
  if (successors_.size() < kMaxSuccessors && ::fstat(fd, &opened) == 0 && !is_open(opened)) {
    successors_.push_back({fd, options_.compression});
  } else {
    ::close(fd);
  }
}

bool TailedFile::is_open(const struct stat& file) const {
  if (file.st_ino == identity_.inode && file.st_dev == identity_.device) return true;
  return std::any_of(successors_.begin(), successors_.end(), [&](const Successor& next) {
    struct stat known {};
    return ::fstat(next.fd, &known) == 0 && known.st_ino == file.st_ino &&
           known.st_dev == file.st_dev;
  });
}

bool TailedFile::may_grow() {
  const int64_t now = context_.clock.steady_ns();
  const uint64_t bytes = size_of(fd_);
  const bool successor_has_lines =
      std::any_of(successors_.begin(), successors_.end(),
                  [](const Successor& next) { return size_of(next.fd) > 0; });
  const bool first = look_again_at_ == kNever;
  if (first || !successor_has_lines) succeeded_at_ = now;
  if (first || bytes != quiet_bytes_) quiet_since_ = now;
  quiet_bytes_ = bytes;
  const Duration wait = successor_has_lines    ? kQuiet
                        : !successors_.empty() ? kQuietBeforeSuccessor
                                               : kQuietDeleted;
  const bool too_long = successor_has_lines && now - succeeded_at_ >= kMaxRenamed;
  if (too_long || now - quiet_since_ >= wait) {
    look_again_at_ = kNever;
    return false;
  }
  look_again_at_ = now + kLookAgain;
  return true;
}

// Returns whether the file was truncated or rewritten in place. Checked before every read, because
// the file may otherwise grow past the place.
bool TailedFile::is_overwritten() const {
  return compression_ == Compression::kNone &&
         (size_of(fd_) < lines_->offset() || !is_same_file(fd_, identity_));
}

TailedFile::State TailedFile::read_anew() {
  context_.metrics.rotations.add();
  pipeline_->flush_all(context_.store.sink());
  base_ += lines_->offset() + 1;
  const int fd = open_file(options_.path);
  if (fd < 0 || !open(fd, 0, options_.compression)) return State::kGone;
  return commit() ? State::kMore : State::kStop;
}

// After a rotation, reads the file's rest, even without a line end, then the file that replaced it.
TailedFile::State TailedFile::next_file() {
  while (read(kTurnBytes)) {
    if (!commit()) return State::kStop;
  }
  finish();
  pipeline_->flush_all(context_.store.sink());
  if (!commit()) return State::kStop;
  context_.metrics.rotations.add();
  if (options_.others) {
    options_.others->on_left(options_.job, {identity_, lines_->offset(), modified_of(fd_)});
  }
  base_ += lines_->offset() + 1;
  is_rotated_ = false;
  close();
  if (successors_.empty() ? !open_path() : !open_successor()) {
    // Nothing of the file is left to read, so a new file at the path is not a gap.
    const bool safe = context_.store.commit(options_.source, encode_file_place({}));
    return safe ? State::kGone : State::kStop;
  }
  return commit() ? State::kMore : State::kStop;
}

uint64_t TailedFile::committed_offset() const {
  const auto place = decode_file_place(committed_);
  return place ? place->offset : 0;
}

bool TailedFile::flush_due(int64_t steady_ns) {
  if (fd_ < 0 || pipeline_->next_due() > steady_ns) return true;
  pipeline_->flush_due(steady_ns, context_.store.sink());
  return commit();
}

uint64_t TailedFile::lag_bytes() const {
  if (fd_ < 0 || compression_ != Compression::kNone) return 0;
  const uint64_t size = size_of(fd_), at = lines_->offset();
  return size > at ? size - at : 0;
}

}  // namespace logsvc::agent
