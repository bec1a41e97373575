#include "server/auth/access_book.h"

#include <sstream>

#include "logql/engine.h"
#include "os/file_lock.h"
#include "server/auth/password_hash.h"

namespace logsvc::server {
namespace {

constexpr const char* kAdmin = "admin";
constexpr Duration kSaveUsesEvery = kMinute;

std::string list_path(const std::string& dir) { return dir + "/access.json"; }
std::string uses_path(const std::string& dir) { return dir + "/token-uses"; }

Result<AccessList> read_list(FileSystem& files, const std::string& path, std::string& text) {
  text.clear();
  if (!files.exists(path)) return AccessList();
  ASSIGN_OR_RETURN(text, files.read_all(path));
  auto list = parse_access_list(text);
  if (!list.ok()) return Error{list.error().code, path + ": " + list.error().message};
  return list;
}

// Reads, changes and replaces the file. text becomes what is in it.
Result<AccessList> change_list(FileSystem& files, const std::string& path,
                               const std::function<Status(AccessList&)>& change,
                               std::string& text) {
  ASSIGN_OR_RETURN(const auto lock, FileLock::take(path + ".lock"));
  ASSIGN_OR_RETURN(AccessList list, read_list(files, path, text));
  RETURN_IF_ERROR(change(list));
  text = access_list_text(list);
  RETURN_IF_ERROR(files.replace(path, text, FileSystem::Readers::kOwner));
  RETURN_IF_ERROR(give_to_owner_of_directory(path));
  return list;
}

// Makes the user admin's password the given one, unless it is already.
Status set_admin_password(AccessList& list, const std::string& given, Timestamp now) {
  const User* admin = std::as_const(list).user(kAdmin);
  if (admin && !admin->must_change) {
    const auto same = PasswordChecker().verify(kAdmin, admin->password_hash, given);
    if (same.ok() && *same) return {};
  }
  ASSIGN_OR_RETURN(std::string hash, hash_password(given));
  if (admin) return set_password(list, kAdmin, std::move(hash), false);
  return add_user(list, {kAdmin, Role::kAdmin, "", std::move(hash), false, now});
}

template <class Entry>
AccessBook::Known<Entry> known(Entry entry) {
  AccessBook::Known<Entry> out;
  if (!entry.scope.empty()) {
    auto matchers = logql::parse_selector(entry.scope, true);
    if (matchers.ok()) out.scoped_to = std::move(*matchers);
  }
  out.entry = std::move(entry);
  out.ended = std::make_shared<std::atomic<bool>>(false);
  return out;
}

// Takes over what did not change, with its mark, and ends what did.
template <class Map>
void replace_entries(Map& old, Map fresh) {
  for (auto& [key, entry] : old) {
    const auto same = fresh.find(key);
    if (same != fresh.end() && same->second.entry == entry.entry) {
      same->second = std::move(entry);
    } else {
      entry.ended->store(true);
    }
  }
  old = std::move(fresh);
}

std::map<std::string, Timestamp> parse_uses(const std::string& text) {
  std::map<std::string, Timestamp> out;
  std::istringstream in(text);
  std::string id;
  for (Timestamp at = 0; out.size() < AccessList::kMaxTokens && in >> id >> at;) out[id] = at;
  return out;
}

}  // namespace

AccessBook::AccessBook(FileSystem& files, std::string dir, const Clock& clock,
                       Diagnostics& diagnostics)
    : files_(files),
      path_(list_path(dir)),
      uses_path_(uses_path(dir)),
      clock_(clock),
      diagnostics_(diagnostics) {}

AccessBook::~AccessBook() { save_uses(); }

Result<AccessBook::Opened> AccessBook::open(FileSystem& files, const std::string& dir,
                                            const Start& start, const Clock& clock,
                                            Diagnostics& diagnostics) {
  RETURN_IF_ERROR(files.make_dirs(dir));
  Opened out;
  out.book.reset(new AccessBook(files, dir, clock, diagnostics));
  ASSIGN_OR_RETURN(out.generated, out.book->prepare(start));
  auto uses = read_token_uses(files, dir);
  MutexLock lock(out.book->mutex_);
  out.book->uses_ = std::move(uses);
  return out;
}

// Makes the file what it has to be at a start; returns a password that was generated.
Result<std::string> AccessBook::prepare(const Start& start) {
  MutexLock file(file_mutex_);
  std::string generated, text;
  const bool is_new = !files_.exists(path_);
  const std::string earlier = parent_dir(path_) + "/admin-password";
  if (const auto read = read_list(files_, path_, text); !read.ok()) {
    if (read.error().code != ErrorCode::kCorrupt) return read.error();
    RETURN_IF_ERROR(set_aside(read.error()));
  }
  auto list = change_list(
      files_, path_,
      [&](AccessList& all) -> Status {
        if (!start.password.empty()) {
          return set_admin_password(all, start.password, clock_.now());
        }
        if (!is_new || !start.make_admin) return {};
        std::string hash;
        if (files_.exists(earlier)) {
          ASSIGN_OR_RETURN(hash, files_.read_all(earlier));
          while (!hash.empty() && hash.back() == '\n') hash.pop_back();
        } else {
          generated = generate_password();
          ASSIGN_OR_RETURN(hash, hash_password(generated));
        }
        return add_user(all, {kAdmin, Role::kAdmin, "", hash, !generated.empty(), clock_.now()});
      },
      text);
  if (!list.ok()) return list.error();
  if (files_.exists(earlier)) RETURN_IF_ERROR(files_.remove(earlier));
  if (list->users.empty() && start.make_admin) {
    diagnostics_.error("auth",
                       "nobody can log in: there are no users; set LOGSVC_ADMIN_PASSWORD, or use "
                       "`logsvc user add`",
                       {{"file", path_}});
  }
  text_ = text;
  take(std::move(*list));
  return generated;
}

// What cannot be read may not let anybody in, and may not be lost either.
Status AccessBook::set_aside(const Error& why) {
  const std::string aside = path_ + ".damaged-" + std::to_string(clock_.now() / kSecond);
  diagnostics_.error("auth",
                     "the file of users and tokens is damaged and kept aside; nobody gets in but "
                     "by LOGSVC_ADMIN_PASSWORD",
                     {{"file", path_}, {"aside", aside}, {"why", why.message}});
  return files_.rename(path_, aside);
}

void AccessBook::take(AccessList list) {
  std::map<std::string, Known<User>, std::less<>> users;
  std::map<std::string, Known<Token>, std::less<>> tokens;
  for (User& user : list.users) {
    std::string name = user.name;
    users.emplace(std::move(name), known(std::move(user)));
  }
  for (Token& token : list.tokens) {
    std::string hash = token.hash;
    tokens.emplace(std::move(hash), known(std::move(token)));
  }
  MutexLock lock(mutex_);
  replace_entries(users_, std::move(users));
  replace_entries(tokens_, std::move(tokens));
}

std::optional<AccessBook::Known<User>> AccessBook::user(const std::string& name) const {
  MutexLock lock(mutex_);
  const auto found = users_.find(name);
  if (found == users_.end()) return std::nullopt;
  return found->second;
}

std::optional<AccessBook::Known<Token>> AccessBook::token_of(std::string_view text) {
  const std::string hash = secret_hash(text);
  MutexLock lock(mutex_);
  const auto found = tokens_.find(hash);
  if (found == tokens_.end()) return std::nullopt;
  uses_[found->second.entry.id] = clock_.now();
  uses_changed_ = true;
  return found->second;
}

AccessList AccessBook::list() const {
  AccessList out;
  MutexLock lock(mutex_);
  for (const auto& [name, user] : users_) out.users.push_back(user.entry);
  for (const auto& [hash, token] : tokens_) out.tokens.push_back(token.entry);
  return out;
}

Timestamp AccessBook::last_use(const std::string& token_id) const {
  MutexLock lock(mutex_);
  const auto found = uses_.find(token_id);
  return found == uses_.end() ? 0 : found->second;
}

Status AccessBook::change(const std::function<Status(AccessList&)>& change) {
  MutexLock file(file_mutex_);
  std::string text;
  AccessList found;
  const auto change_found = [&](AccessList& list) -> Status {
    found = list;
    return change(list);
  };
  ASSIGN_OR_RETURN(AccessList list, change_list(files_, path_, change_found, text));
  text_ = text;
  tell_foreign_change(found);
  take(std::move(list));
  return {};
}

void AccessBook::tell_foreign_change(const AccessList& found) {
  if (listener_) listener_(list(), found);
}

void AccessBook::refresh() {
  {
    MutexLock file(file_mutex_);
    const auto text = files_.read_all(path_);
    if (!text.ok()) {
      diagnostics_.warn("auth", "cannot read the file of users and tokens; changes are not taken",
                        {{"why", text.error().message}});
    } else if (*text != text_ && *text != damaged_text_) {
      auto list = parse_access_list(*text);
      if (list.ok()) {
        text_ = *text;
        tell_foreign_change(*list);
        take(std::move(*list));
      } else {
        damaged_text_ = *text;
        diagnostics_.error("auth", "the file of users and tokens is damaged; it changes nothing",
                           {{"file", path_}, {"why", list.error().message}});
      }
    }
  }
  {
    MutexLock lock(mutex_);
    const Timestamp now = clock_.now();
    for (const auto& [hash, token] : tokens_) {
      if (token.entry.expires > 0 && token.entry.expires <= now) token.ended->store(true);
    }
  }
  bool due;
  {
    MutexLock file(file_mutex_);
    due = clock_.now() - uses_saved_ >= kSaveUsesEvery;
  }
  if (due) save_uses();
}

void AccessBook::save_uses() {
  MutexLock file(file_mutex_);
  std::string text;
  {
    MutexLock lock(mutex_);
    if (!uses_changed_) return;
    uses_changed_ = false;
    std::map<std::string, Timestamp> kept;
    for (const auto& [hash, token] : tokens_) {
      const auto used = uses_.find(token.entry.id);
      if (used != uses_.end()) kept.insert(*used);
    }
    uses_ = std::move(kept);
    for (const auto& [id, at] : uses_) text += id + ' ' + std::to_string(at) + '\n';
  }
  uses_saved_ = clock_.now();
  // A loss costs the time of last uses, which is worth no more than a word.
  const Status done = files_.replace(uses_path_, text, FileSystem::Readers::kOwner);
  if (!done.ok()) {
    diagnostics_.warn("auth", "cannot write when tokens were used",
                      {{"why", done.error().message}});
  }
}

Status change_access(FileSystem& files, const std::string& dir,
                     const std::function<Status(AccessList&)>& change) {
  std::string text;
  ASSIGN_OR_RETURN([[maybe_unused]] const AccessList list,
                   change_list(files, list_path(dir), change, text));
  return {};
}

Result<AccessList> read_access(FileSystem& files, const std::string& dir) {
  std::string text;
  return read_list(files, list_path(dir), text);
}

std::map<std::string, Timestamp> read_token_uses(FileSystem& files, const std::string& dir) {
  const auto text = files.read_all(uses_path(dir));
  return text.ok() ? parse_uses(*text) : std::map<std::string, Timestamp>();
}

}  // namespace logsvc::server
