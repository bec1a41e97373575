// Names clang's thread-safety attributes (-Wthread-safety); they are empty with other compilers.
#pragma once

#if defined(__clang__)
#define LOGSVC_TSA(x) __attribute__((x))
#else
#define LOGSVC_TSA(x)
#endif

#define CAPABILITY(x) LOGSVC_TSA(capability(x))
#define SCOPED_CAPABILITY LOGSVC_TSA(scoped_lockable)
#define GUARDED_BY(x) LOGSVC_TSA(guarded_by(x))
#define PT_GUARDED_BY(x) LOGSVC_TSA(pt_guarded_by(x))
#define REQUIRES(...) LOGSVC_TSA(requires_capability(__VA_ARGS__))
#define REQUIRES_SHARED(...) LOGSVC_TSA(requires_shared_capability(__VA_ARGS__))
#define ACQUIRE(...) LOGSVC_TSA(acquire_capability(__VA_ARGS__))
#define ACQUIRE_SHARED(...) LOGSVC_TSA(acquire_shared_capability(__VA_ARGS__))
#define TRY_ACQUIRE(...) LOGSVC_TSA(try_acquire_capability(__VA_ARGS__))
#define RELEASE(...) LOGSVC_TSA(release_capability(__VA_ARGS__))
#define RELEASE_SHARED(...) LOGSVC_TSA(release_shared_capability(__VA_ARGS__))
#define EXCLUDES(...) LOGSVC_TSA(locks_excluded(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS LOGSVC_TSA(no_thread_safety_analysis)
