// Random life of a store: pushes of all ages, seals, joining, retention, delete requests, failing
// operations, power cuts at every operation, restarts. After each of them every acknowledged line
// is there once, and no deleted one.
//   logsvc_sim [--first N] [--seeds N] | --seed N     (the last one says what it does)
#include <cstring>
#include <iostream>

#include "sim/store_model.h"
#include "sim/store_world.h"

namespace logsvc::sim {
namespace {

using testing::Line;

class StoreSim {
 public:
  StoreSim(uint64_t seed, bool verbose) : random_(seed), world_(random_), verbose_(verbose) {}

  // What went wrong, if anything did.
  std::optional<std::string> run() {
    if (const Status opened = world_.open(); !opened.ok()) return opened.error().message;
    const uint64_t rounds = 4 + pick(6);
    for (uint64_t round = 0; round < rounds; ++round) {
      for (uint64_t steps = 3 + pick(25); steps > 0; --steps) {
        if (auto failure = step()) return failure;
      }
      if (auto failure = restart()) return failure;
    }
    return {};
  }

 private:
  uint64_t pick(uint64_t n) { return random_() % n; }
  bool chance(uint64_t one_in) { return pick(one_in) == 0; }
  void say(const std::string& what) {
    if (verbose_) std::cout << world_.disk.operations() << ": " << what << '\n';
  }

  std::optional<std::string> step() {
    // Numbers of files follow the clock; they are not to be used again.
    world_.clock.advance(5 * kSecond);
    if (chance(12)) world_.save_older_index();
    const bool failing = chance(10);
    if (failing) {
      const uint64_t nth = 1 + pick(12);
      say("operation " + std::to_string(nth) + " will fail");
      world_.disk.fail_operation(nth);
    }
    Status done;
    switch (pick(9)) {
      case 0:
        say("flush");
        done = world_.store->flush();
        break;
      case 1:
      case 2:
        done = maintain();
        break;
      case 3:
        world_.clock.advance(static_cast<Duration>(pick(120)) * kMinute);
        done = maintain();
        break;
      case 4:
        if (chance(4)) world_.clock.advance(static_cast<Duration>(pick(40)) * kHour);
        done = push();
        break;
      case 5:
        if (chance(3)) {
          done = remove();
        } else if (chance(4)) {
          if (auto failure = jump(failing)) return failure;
        }
        break;
      default:
        done = push();
    }
    world_.disk.fail_operation(0);
    if (!done.ok()) say("failed: " + done.error().message);
    if (!done.ok() && !failing && !world_.disk.is_off() && !may_fail_) {
      return "fails without cause: " + done.error().message;
    }
    // What failed is tried again, and may still be in the way of the next call.
    may_fail_ = failing || (may_fail_ && !done.ok());
    if (!world_.disk.is_off() && chance(6)) return check("while running");
    return {};
  }

  Status maintain() {
    say("maintain");
    model_.expire(add_saturated(world_.clock.now(), -world_.options.retention));
    const Status done = world_.store->maintain();
    for (const auto& request : world_.store->deletions()) {
      if (request.processed) model_.set_processed(request.id);
    }
    return done;
  }

  // Somebody sets the clock wrong, and right again: nothing goes for that, restarts or not.
  std::optional<std::string> jump(bool failing) {
    const Duration by = static_cast<Duration>(2 + pick(40)) * kDay * (chance(2) ? 1 : -1);
    say("the clock jumps by days: " + std::to_string(by / kDay));
    world_.clock.step(by);
    Status opened;
    if (!failing && chance(3)) {
      world_.close();
      opened = world_.open();
    }
    for (uint64_t n = pick(3); opened.ok() && n > 0; --n) (void)world_.store->maintain().ok();
    world_.clock.step(-by);
    if (world_.disk.is_off() || failing) return {};
    return opened.ok() ? check("after a jump of the clock") : opened.error().message;
  }

  Status remove() {
    const std::string service = kServices[pick(std::size(kServices))];
    const std::string text = pick(4) ? "line " + std::to_string(pick(5)) : "line";
    const Timestamp end = world_.clock.now() - static_cast<Duration>(pick(10)) * kHour;
    StoreModel::Deletion deletion{LabelSet::from({{"service", service}}),
                                  text,
                                  {end - static_cast<Duration>(1 + pick(60)) * kHour, end}};
    const auto id = world_.store->request_deletion(service + " " + text, deletion.range);
    deletion.acknowledged = id.ok();
    say("delete " + service + " " + text + (id.ok() ? "" : " failed"));
    model_.remove(id.ok() ? *id : "failed " + std::to_string(++failed_deletions_),
                  std::move(deletion));
    return id.ok() ? Status() : Status(id.error());
  }

  Status push() {
    Batch batch;
    StoreModel::Lines lines;
    for (uint64_t groups = 1 + pick(3); groups > 0; --groups) {
      const LabelSet labels = LabelSet::from({{"service", kServices[pick(std::size(kServices))]}});
      std::vector<Line> group;
      for (uint64_t n = 1 + pick(10); n > 0; --n) {
        Timestamp time = world_.clock.now() - static_cast<Duration>(pick(1000)) * kMillisecond;
        if (chance(5)) time -= static_cast<Duration>(pick(60)) * kHour;  // late
        if (chance(10) && !pushed_.empty()) {                            // again
          const auto& old = pushed_[pick(pushed_.size())];
          if (old.labels == labels) {
            group.push_back(old.line);
            continue;
          }
        }
        group.push_back({time, "line " + std::to_string(pick(50)) + std::string(pick(150), 'x')});
      }
      testing::add_lines(batch, labels, group);
      for (const Line& line : group) lines.push_back({labels, line});
    }
    const Status done = world_.store->append(std::make_shared<const Batch>(std::move(batch)));
    say("push of " + std::to_string(lines.size()) + (done.ok() ? "" : " failed"));
    model_.push(lines, done.ok());
    pushed_.insert(pushed_.end(), lines.begin(), lines.end());
    return done;
  }

  std::optional<std::string> restart() {
    if (chance(4)) {
      say("restart");
      world_.close();
    } else {
      const uint64_t operations = 1 + pick(chance(3) ? 300 : 30);
      say("power goes in " + std::to_string(operations));
      world_.power_off_after(operations);
      for (int i = 0; i < 40 && !world_.disk.is_off(); ++i) {
        if (auto failure = step()) return failure;
      }
      world_.crash();
      say("crash " + world_.last_fate);
    }
    while (chance(3)) {  // it goes again while starting
      world_.power_off_after(1 + pick(20));
      const Status opened = world_.open();
      if (!opened.ok() && !world_.disk.is_off()) return "does not start: " + opened.error().message;
      world_.crash();
      say("crash while starting " + world_.last_fate);
    }
    may_fail_ = false;
    if (const Status opened = world_.open(); !opened.ok()) {
      return "does not start: " + opened.error().message;
    }
    return check("after a restart");
  }

  std::optional<std::string> check(const std::string& when) {
    const auto wrong = model_.check(*world_.store);
    if (wrong) return when + ": " + *wrong + "\n" + world_.log;
    say("checked " + std::to_string(model_.size()) + " lines, " +
        std::to_string(world_.store->totals().files) + " files");
    return {};
  }

  static constexpr const char* kServices[] = {"api", "queue", "ticket"};

  std::mt19937_64 random_;
  int failed_deletions_ = 0;
  StoreWorld world_;
  StoreModel model_;
  StoreModel::Lines pushed_;
  const bool verbose_;
  bool may_fail_ = false;
};

}  // namespace
}  // namespace logsvc::sim

int main(int argc, char** argv) {
  uint64_t first = 1, seeds = 300;
  bool verbose = false;
  for (int i = 1; i + 1 < argc; i += 2) {
    const uint64_t value = std::stoull(argv[i + 1]);
    if (std::strcmp(argv[i], "--first") == 0) first = value;
    if (std::strcmp(argv[i], "--seeds") == 0) seeds = value;
    if (std::strcmp(argv[i], "--seed") == 0) {
      first = value;
      seeds = 1;
      verbose = true;
    }
  }
  int failed = 0;
  for (uint64_t seed = first; seed < first + seeds && failed < 5; ++seed) {
    logsvc::sim::StoreSim sim(seed, verbose);
    if (const auto failure = sim.run()) {
      std::cout << "seed " << seed << ": " << *failure << "\nreplay with --seed " << seed << '\n';
      ++failed;
    }
  }
  std::cout << seeds << " seeds from " << first << ": " << (failed ? "failed" : "fine") << '\n';
  return failed ? 1 : 0;
}
