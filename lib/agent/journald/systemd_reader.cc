#include "agent/journald/systemd_reader.h"

#include <dlfcn.h>

#include <cstdlib>
#include <cstring>
#include <sstream>

namespace logsvc::agent {
namespace {

struct sd_journal;

// The functions of libsystemd.so.0 that are used.
struct Library {
  int (*open)(sd_journal**, int) = nullptr;
  int (*open_directory)(sd_journal**, const char*, int) = nullptr;
  void (*close)(sd_journal*) = nullptr;
  int (*add_match)(sd_journal*, const void*, size_t) = nullptr;
  int (*seek_cursor)(sd_journal*, const char*) = nullptr;
  int (*test_cursor)(sd_journal*, const char*) = nullptr;
  int (*seek_realtime_usec)(sd_journal*, uint64_t) = nullptr;
  int (*next)(sd_journal*) = nullptr;
  int (*get_realtime_usec)(sd_journal*, uint64_t*) = nullptr;
  int (*get_cursor)(sd_journal*, char**) = nullptr;
  void (*restart_data)(sd_journal*) = nullptr;
  int (*enumerate_data)(sd_journal*, const void**, size_t*) = nullptr;
  int (*wait)(sd_journal*, uint64_t) = nullptr;
};

template <typename F>
bool load(void* library, const char* name, F& out) {
  out = reinterpret_cast<F>(::dlsym(library, name));
  return out != nullptr;
}

// Loads the library once and keeps it; returns nullptr if it is not installed.
const Library* library() {
  static const Library* const kLoaded = []() -> const Library* {
    void* handle = ::dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!handle) return nullptr;
    static Library out;
    const bool complete = load(handle, "sd_journal_open", out.open) &&
                          load(handle, "sd_journal_open_directory", out.open_directory) &&
                          load(handle, "sd_journal_close", out.close) &&
                          load(handle, "sd_journal_add_match", out.add_match) &&
                          load(handle, "sd_journal_seek_cursor", out.seek_cursor) &&
                          load(handle, "sd_journal_test_cursor", out.test_cursor) &&
                          load(handle, "sd_journal_seek_realtime_usec", out.seek_realtime_usec) &&
                          load(handle, "sd_journal_next", out.next) &&
                          load(handle, "sd_journal_get_realtime_usec", out.get_realtime_usec) &&
                          load(handle, "sd_journal_get_cursor", out.get_cursor) &&
                          load(handle, "sd_journal_restart_data", out.restart_data) &&
                          load(handle, "sd_journal_enumerate_data", out.enumerate_data) &&
                          load(handle, "sd_journal_wait", out.wait);
    return complete ? &out : nullptr;
  }();
  return kLoaded;
}

class SystemdJournal : public JournalReader {
 public:
  SystemdJournal(const Library& library, sd_journal* journal)
      : library_(library), journal_(journal) {}
  ~SystemdJournal() override { library_.close(journal_); }

  bool seek_behind(const std::string& cursor) override {
    if (library_.seek_cursor(journal_, cursor.c_str()) < 0) return false;
    // The next entry is the cursor's, if it still exists.
    if (library_.next(journal_) <= 0) return false;
    pending_ = library_.test_cursor(journal_, cursor.c_str()) <= 0;
    return !pending_;
  }
  void seek_time(Timestamp time) override {
    pending_ = false;
    library_.seek_realtime_usec(journal_, static_cast<uint64_t>(time / kMicrosecond));
  }
  Result<bool> next(JournalEntry& entry) override {
    if (!std::exchange(pending_, false)) {
      const int moved = library_.next(journal_);
      if (moved < 0) return Error{ErrorCode::kIo, std::strerror(-moved)};
      if (moved == 0) return false;
    }
    uint64_t usec = 0;
    library_.get_realtime_usec(journal_, &usec);
    entry.time = static_cast<Timestamp>(usec) * kMicrosecond;
    char* cursor = nullptr;
    if (library_.get_cursor(journal_, &cursor) >= 0) {
      entry.cursor = cursor;
      std::free(cursor);  // NOLINT: the library used malloc
    }
    entry.fields.clear();
    library_.restart_data(journal_);
    const void* data = nullptr;
    size_t size = 0;
    while (library_.enumerate_data(journal_, &data, &size) > 0) {
      const std::string_view field(static_cast<const char*>(data), size);
      const size_t equals = field.find('=');
      if (equals == std::string_view::npos) continue;
      entry.fields.emplace_back(field.substr(0, equals), field.substr(equals + 1));
    }
    return true;
  }
  void wait(Duration time) override {
    library_.wait(journal_, static_cast<uint64_t>(time / kMicrosecond));
  }

 private:
  const Library& library_;
  sd_journal* const journal_;
  bool pending_ = false;  // the current entry was not returned yet
};

}  // namespace

Result<std::unique_ptr<JournalReader>> open_journal(const JournalSource& source) {
  const Library* systemd = library();
  if (!systemd) {
    return Error{ErrorCode::kUnavailable,
                 "no libsystemd.so.0 on this machine: journals are not read"};
  }
  constexpr int kLocalOnly = 1;
  sd_journal* journal = nullptr;
  const int opened = source.path.empty()
                         ? systemd->open(&journal, kLocalOnly)
                         : systemd->open_directory(&journal, source.path.c_str(), 0);
  if (opened < 0) {
    return Error{ErrorCode::kUnavailable, "journal " + source.path + ": " + std::strerror(-opened)};
  }
  auto out = std::make_unique<SystemdJournal>(*systemd, journal);
  std::istringstream matches(source.matches);
  for (std::string match; matches >> match;) {
    if (match.find('=') == std::string::npos ||
        systemd->add_match(journal, match.data(), match.size()) < 0) {
      return invalid("matches: " + match + " is no FIELD=value");
    }
  }
  return std::unique_ptr<JournalReader>(std::move(out));
}

}  // namespace logsvc::agent
