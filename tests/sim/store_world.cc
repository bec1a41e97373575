#include "sim/store_world.h"

#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "journal/segment_format.h"

namespace logsvc::sim {
namespace fs = std::filesystem;

StoreWorld::StoreWorld(std::mt19937_64& random) : random_(random) {
  // It lies in memory if that is possible: SQLite syncs often.
  const char* base = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  dir_ = std::string(base) + "/logsvc-sim-XXXXXX";
  if (!::mkdtemp(dir_.data())) throw std::runtime_error("mkdtemp " + dir_);
  options.dir = dir_ + "/data";
  options.sealer_thread = false;
  options.windows_to_sync_together = 2;
  options.window_bytes = 3000;
  options.retention = 4 * kDay;
  options.journal_segment_bytes = 4096;
  options.deletion_cancel_period = kHour;
  options.compile_deletion = [](const std::string& query) -> Result<store::DeletionFilter> {
    store::DeletionFilter out;
    const size_t blank = query.find(' ');
    ASSIGN_OR_RETURN(Matcher service,
                     Matcher::make(MatchType::kEqual, "service", query.substr(0, blank)));
    out.matchers.push_back(std::move(service));
    out.make_line_predicate = [text = query.substr(blank + 1)] {
      return [text](const LabelSet&, const Entry& entry) {
        return entry.line.find(text) != std::string_view::npos;
      };
    };
    return out;
  };
  fs::create_directory(options.dir);
  // The directory existed long before.
  (void)disk.make_dirs(options.dir).ok();
  for (std::string path = options.dir; path != "/"; path = parent_dir(path)) {
    (void)disk.sync_dir(parent_dir(path)).ok();
  }
}

StoreWorld::~StoreWorld() {
  close();
  std::error_code ignored;
  fs::remove_all(dir_, ignored);
}

Status StoreWorld::open() {
  log.clear();
  metrics_ = std::make_unique<Metrics>();
  diagnostics_ = std::make_unique<Diagnostics>(clock, LogLevel::kWarn, LogFormat::kLogfmt,
                                               [this](std::string_view line) { log += line; });
  auto opened = store::Store::open(options, disk, clock, *metrics_, *diagnostics_);
  if (!opened.ok()) return opened.error();
  store = std::move(*opened);
  index_is_older = false;
  return {};
}

void StoreWorld::close() { store.reset(); }

void StoreWorld::power_off_after(uint64_t operations) {
  disk.power_off(operations, [this] { save_index("at-off"); });
}

void StoreWorld::crash() {
  if (!disk.is_off()) {
    disk.power_off(1);
    save_index("at-off");
  }
  close();
  disk.crash(random_);
  const uint64_t fate = random_() % 10;
  last_fate = fate == 0 ? "the index is lost" : fate <= 2 && has_older_ ? "an older index" : "";
  index_is_older = index_is_older || !last_fate.empty();
  if (fate == 0) {
    restore_index("");
  } else if (fate <= 2 && has_older_) {
    restore_index("older");
  } else {
    restore_index("at-off");
  }
}

uint64_t StoreWorld::lost_records() const {
  return metrics_->counter("logsvc_store_lost_journal_records_total", "").value();
}

void StoreWorld::flip_byte(const std::string& path, size_t from) {
  std::string bytes = disk.bytes(path);
  if (bytes.size() <= from) return;
  bytes[from + random_() % (bytes.size() - from)] ^= static_cast<char>(1 + random_() % 255);
  disk.set_bytes(path, bytes);
}

std::optional<uint64_t> StoreWorld::harm_journal() {
  const std::string dir = options.dir + "/journal";
  std::vector<std::string> segments;
  const auto names = disk.list(dir);
  if (!names.ok()) return 0;
  for (const std::string& name : *names) {
    if (name.ends_with(".journal")) segments.push_back(dir + "/" + name);
  }
  if (segments.empty()) return 0;
  const std::string& one = segments[random_() % segments.size()];
  switch (random_() % 6) {
    case 0:
      last_harm = "the journal is removed";
      for (const std::string& path : segments) (void)disk.remove(path).ok();
      break;
    case 1:
      last_harm = "a segment is removed: " + one;
      (void)disk.remove(one).ok();
      break;
    case 2: {
      last_harm = "the last segment is cut, as if it had not been synced";
      const std::string bytes = disk.bytes(segments.back());
      disk.set_bytes(segments.back(), bytes.substr(0, random_() % (bytes.size() + 1)));
      break;
    }
    case 3:
      last_harm = "what was acknowledged is damaged";
      if (disk.exists(options.dir + "/acknowledged")) flip_byte(options.dir + "/acknowledged");
      return 0;
    default: {
      const uint64_t flips = 1 + random_() % 3;
      last_harm = std::to_string(flips) + " bytes are flipped";
      // Only one is flipped in a header: with two the version may be that of a later release, which
      // is refused.
      flip_byte(one);
      for (uint64_t i = 1; i < flips; ++i) {
        flip_byte(segments[random_() % segments.size()], journal::kSegmentHeaderBytes);
      }
      return flips;
    }
  }
  (void)disk.sync_dir(dir).ok();
  return {};
}

void StoreWorld::save_older_index() {
  save_index("older");
  has_older_ = true;
}

void StoreWorld::save_index(const std::string& name) {
  for (const std::string suffix : {"", "-wal"}) {
    const std::string from = options.dir + "/index.db" + suffix, to = dir_ + "/" + name + suffix;
    fs::remove(to);
    if (fs::exists(from)) fs::copy_file(from, to);
  }
}

void StoreWorld::restore_index(const std::string& name) {
  for (const std::string suffix : {"", "-wal", "-shm"}) {
    const std::string to = options.dir + "/index.db" + suffix, from = dir_ + "/" + name + suffix;
    fs::remove(to);
    if (!name.empty() && fs::exists(from)) fs::copy_file(from, to);
  }
}

}  // namespace logsvc::sim
