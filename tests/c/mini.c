/* mini.c: a driver of aludel in plain C, for a database that is nothing but a file of committed
 * statements, one a line. It prints scripts, opens sessions, rolls back, can be interrupted, and passes
 * the conformance suite.
 *
 * Its dialect is aludel's own words: GUARD, JOURNAL, INSERT and DELETE, each with the JSON that the host
 * asked for. What a script holds is written down as RAN, but for these:
 *     SLEEP n        takes n milliseconds
 *     REFUSE text    is refused, as is all that names `no_such_table`
 *     CRASH          ends the process by a signal, as a mistake in a driver might
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "aludel_driver.h"
#include "json.h"

/* ---- answers ---------------------------------------------------------------------------------- */

static aludel_buffer given(text t) {
    aludel_buffer b = {(const uint8_t *)t.ptr, t.len, t.ptr, free};
    return b;
}

static aludel_buffer constant(const char *bytes) {
    aludel_buffer b = {(const uint8_t *)bytes, strlen(bytes), NULL, NULL};
    return b;
}

static value head_of(aludel_slice head) { return whole((const char *)head.ptr, head.len); }

static const char INFO[] =
    "{\"protocol\":1,\"name\":\"mini\",\"version\":\"1.0\",\"schemes\":[{\"scheme\":\"mini\",\"flavour\":\"mini\"}],"
    "\"flavours\":[\"mini\"],\"floor\":[{\"flavour\":\"mini\",\"major\":1,\"minor\":0}],"
    "\"ops\":[1,2,3,16,17,18,20,21,22,23]}";

static const char DIALECT[] =
    "{\"syntax\":\"sqlite\",\"names\":[\"mini\"],\"capabilities\":{\"transactional_ddl\":true,\"lock\":\"transaction\","
    "\"revisions_per_message\":4},\"default_schema\":null,\"begin\":\"BEGIN\",\"commit\":\"COMMIT\"}";

/* One text for each that is wanted: its kind in capitals, and the JSON of what it is about. */
static void ledger(value head, text *lengths, text *body) {
    const char *at = NULL;
    bool setup = member(head, "setup").at && *member(head, "setup").at == 't';
    char number[32];
    say(lengths, setup ? "{\"setup\":1,\"lengths\":[10" : "{\"setup\":0,\"lengths\":[");
    if (setup) say(body, "SETUP null");
    bool first = !setup;
    value wanted = member(head, "texts"), item;
    while ((item = next(wanted, &at)).at) {
        const char *inside = NULL;
        value kind = next(item, &inside), about = next(item, &inside);
        size_t before = body->len;
        for (const char *p = kind.at + 1; p < kind.end - 1; p++) {
            char capital = (char)(*p - 'a' + 'A');
            add(body, &capital, 1);
        }
        say(body, " ");
        copy(body, about);
        snprintf(number, sizeof number, first ? "%zu" : ",%zu", body->len - before);
        say(lengths, number);
        first = false;
    }
    say(lengths, "]}");
}

static int32_t call(void *instance, uint32_t op, aludel_slice head, const aludel_slice *parts, size_t parts_len,
                    aludel_buffer *reply_head, aludel_buffer *reply_body) {
    (void)instance, (void)parts, (void)parts_len;
    if (op == ALUDEL_OP_INFO) {
        *reply_head = constant(INFO);
    } else if (op == ALUDEL_OP_DIALECT) {
        if (!is_text(member(member(head_of(head), "server"), "flavour"), "mini")) {
            *reply_head = constant("{\"message\":\"the mini driver knows the flavour `mini` alone\"}");
            return ALUDEL_REFUSED;
        }
        *reply_head = constant(DIALECT);
    } else if (op == ALUDEL_OP_LEDGER) {
        text lengths = {0}, body = {0};
        ledger(head_of(head), &lengths, &body);
        *reply_head = given(lengths);
        *reply_body = given(body);
    } else {
        return ALUDEL_UNSUPPORTED;
    }
    return ALUDEL_OK;
}

/* ---- the file --------------------------------------------------------------------------------- */

/* What the file says. */
typedef struct state {
    text lines;      /* the whole file */
    text applied;    /* a JSON array */
    text journal;    /* a JSON array */
    bool exists;
} state;

static void forget(state *s) {
    free(s->lines.ptr), free(s->applied.ptr), free(s->journal.ptr);
    memset(s, 0, sizeof *s);
}

static bool lists(value array, value id) {
    const char *at = NULL;
    value item;
    while ((item = next(array, &at)).at)
        if (same(item, id)) return true;
    return false;
}

static value value_of(const text *t) { return whole(t->ptr ? t->ptr : "[]", t->ptr ? t->len : 2); }

static void append(text *array, const char *bytes, size_t len) {
    if (!array->ptr) say(array, "[]");
    array->len--;
    if (array->len > 1) say(array, ",");
    add(array, bytes, len);
    say(array, "]");
}

static void journal_row(state *s, value entry, size_t number) {
    text row = {0};
    char digits[32];
    const char *inside = NULL;
    value event = member(entry, "event"), statement = {0};
    if (event.at && *event.at == '{') {
        value object = event;
        event = next(object, &inside);
        statement = next(object, &inside);
    }
    snprintf(digits, sizeof digits, "{\"number\":%zu", number);
    say(&row, digits);
    say(&row, ",\"revision\":"), copy(&row, member(entry, "revision"));
    say(&row, ",\"direction\":"), copy(&row, member(entry, "direction"));
    say(&row, ",\"event\":"), copy(&row, event);
    say(&row, ",\"statement\":"), copy(&row, statement);
    say(&row, ",\"statements\":"), copy(&row, member(entry, "statements"));
    say(&row, ",\"checksum\":"), copy(&row, member(entry, "checksum"));
    say(&row, "}");
    append(&s->journal, row.ptr, row.len);
    free(row.ptr);
}

/* Applies one committed line. */
static void replay(state *s, const char *line, size_t len, size_t number) {
    const char *space = memchr(line, ' ', len), *at = NULL;
    if (!space) return;
    value about = whole(space + 1, len - (size_t)(space + 1 - line)), item;
    if (!strncmp(line, "SETUP ", 6)) s->exists = true;
    if (!strncmp(line, "JOURNAL ", 8)) journal_row(s, about, number);
    if (!strncmp(line, "INSERT ", 7))
        while ((item = next(about, &at)).at) append(&s->applied, item.at, (size_t)(item.end - item.at));
    if (!strncmp(line, "DELETE ", 7)) {
        text kept = {0};
        value all = value_of(&s->applied);
        while ((item = next(all, &at)).at)
            if (!lists(about, item)) append(&kept, item.at, (size_t)(item.end - item.at));
        free(s->applied.ptr);
        s->applied = kept;
    }
}

/* Reads a file, and after it what is not committed yet. A file that is not there is empty. */
static state load(const char *path, const text *uncommitted) {
    state s = {0};
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        char chunk[4096];
        ssize_t got;
        while ((got = read(file, chunk, sizeof chunk)) > 0) add(&s.lines, chunk, (size_t)got);
        close(file);
    }
    if (uncommitted->ptr) add(&s.lines, uncommitted->ptr, uncommitted->len);
    size_t number = 0;
    for (const char *p = s.lines.ptr, *end; p && (end = memchr(p, '\n', s.lines.len - (size_t)(p - s.lines.ptr))); p = end + 1)
        replay(&s, p, (size_t)(end - p), ++number);
    return s;
}

/* ---- sessions --------------------------------------------------------------------------------- */

typedef struct job {
    struct job *next;
    uint32_t op;
    uint64_t call;
    text head;
    text *parts;
    size_t count;
    atomic_bool stop;
} job;

typedef struct session {
    struct session *next;
    uint64_t number;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more;
    job *queue, *running;
    bool ended;
    text path;
    text pending; /* lines of the open transaction */
    bool open;
    int held;     /* the file, locked by the open transaction, or -1 */
    long patience;
} session;

typedef struct driver {
    aludel_host host;
    pthread_mutex_t lock;
    session *sessions;
} driver;

static driver THE;

static void answer(uint64_t call, int32_t status, text head) {
    aludel_buffer buffer = given(head);
    THE.host.done(THE.host.context, call, status, &buffer, NULL);
}

static text failure(const char *kind, const char *code, const char *message, size_t statement) {
    text t = {0};
    char number[128];
    say(&t, "{\"kind\":"), quote(&t, kind, strlen(kind));
    say(&t, ",\"code\":"), quote(&t, code, strlen(code));
    say(&t, ",\"message\":"), quote(&t, message, strlen(message));
    snprintf(number, sizeof number,
             ",\"at\":{\"statement\":%zu,\"offset\":null},\"completed\":%zu,\"session\":\"ready\"}", statement, statement);
    say(&t, number);
    return t;
}

static void roll_back(session *s) {
    s->pending.len = 0;
    s->open = false;
    if (s->held >= 0) close(s->held);
    s->held = -1;
}

static void wait_ms(long ms) {
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

/* Takes the file's lock. NULL, or what went wrong. */
static const char *take_lock(session *s, job *j) {
    s->held = open(s->path.ptr, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (s->held < 0) return strerror(errno);
    for (long waited = 0; flock(s->held, LOCK_EX | LOCK_NB); waited += 10) {
        if (atomic_load(&j->stop)) return "interrupted";
        if (waited >= s->patience) return "the file is locked";
        wait_ms(10);
    }
    return NULL;
}

/* The last thing that the journal says of a revision left it half done. */
static bool part_way(const state *s, value revision) {
    const char *at = NULL;
    value all = value_of(&s->journal), row, last = {0};
    while ((row = next(all, &at)).at)
        if (same(member(row, "revision"), revision)) last = row;
    value event = member(last, "event"), count = member(last, "statement");
    bool none = count.at && count.end - count.at == 1 && *count.at == '0';
    return is_text(event, "started") || is_text(event, "statement") || (is_text(event, "failed") && !none);
}

static bool guard_holds(session *s, value guard) {
    state now = load(s->path.ptr, &s->pending);
    value applied = value_of(&now.applied), id;
    const char *at = NULL;
    bool holds = true;
    while ((id = next(member(guard, "present"), &at)).at) holds = holds && lists(applied, id);
    at = NULL;
    while ((id = next(member(guard, "absent"), &at)).at) holds = holds && !lists(applied, id);
    if (member(guard, "not_part_way").at && *member(guard, "not_part_way").at == 't')
        holds = holds && !part_way(&now, member(guard, "revision"));
    forget(&now);
    return holds;
}

/* Makes what is pending durable, all or nothing as far as one write is. */
static const char *commit(session *s) {
    if (s->pending.len && (write(s->held, s->pending.ptr, s->pending.len) != (ssize_t)s->pending.len || fsync(s->held)))
        return strerror(errno);
    roll_back(s);
    return NULL;
}

/* Runs one statement. NULL, or what went wrong. */
static const char *run(session *s, job *j, const text *sql) {
    static const char *const OURS[] = {"SETUP ", "JOURNAL ", "INSERT [", "DELETE ["};
    if (!strcmp(sql->ptr, "BEGIN")) {
        s->open = true;
        return take_lock(s, j);
    }
    if (!strcmp(sql->ptr, "COMMIT")) return commit(s);
    if (!strcmp(sql->ptr, "ROLLBACK")) return roll_back(s), NULL;
    if (!strncmp(sql->ptr, "GUARD ", 6))
        return guard_holds(s, whole(sql->ptr + 6, sql->len - 6)) ? NULL : "aludel_ledger_is_not_where_the_plan_says";
    if (!strncmp(sql->ptr, "REFUSE ", 7)) return sql->ptr + 7;
    if (strstr(sql->ptr, "no_such_table")) return "no such table";
    if (!strcmp(sql->ptr, "CRASH")) abort();
    if (!strncmp(sql->ptr, "SLEEP ", 6)) {
        for (long left = atol(sql->ptr + 6); left > 0; left -= 5) {
            if (atomic_load(&j->stop)) return "interrupted";
            wait_ms(5);
        }
    }
    bool alone = !s->open, ours = false;
    const char *wrong = NULL;
    for (size_t i = 0; i < sizeof OURS / sizeof *OURS; i++) ours = ours || !strncmp(sql->ptr, OURS[i], strlen(OURS[i]));
    if (alone && (wrong = take_lock(s, j))) return wrong;
    if (ours) {
        state now = load(s->path.ptr, &s->pending);
        /* The tables are made once, whoever makes them. */
        if (strncmp(sql->ptr, "SETUP ", 6) || !now.exists) add(&s->pending, sql->ptr, sql->len), say(&s->pending, "\n");
        forget(&now);
    } else if (strncmp(sql->ptr, "SELECT", 6) && strncmp(sql->ptr, "SLEEP", 5)) {
        say(&s->pending, "RAN ");
        quote(&s->pending, sql->ptr, sql->len);
        say(&s->pending, "\n");
    }
    return alone ? commit(s) : NULL;
}

static void send(session *s, job *j) {
    for (size_t i = 0; i < j->count; i++) {
        const char *wrong = run(s, j, &j->parts[i]);
        if (!wrong) continue;
        roll_back(s);
        const char *kind = !strcmp(wrong, "interrupted") ? "interrupted" : !strcmp(wrong, "the file is locked") ? "busy" : "refused";
        answer(j->call, ALUDEL_FAILED, failure(kind, "MINI1", wrong, i));
        return;
    }
    text ok = {0};
    say(&ok, "{}");
    answer(j->call, ALUDEL_OK, ok);
}

static void snapshot(session *s, job *j) {
    text none = {0}, t = {0};
    value tables = member(whole(j->head.ptr, j->head.len), "tables");
    state now = load(s->path.ptr, &none);
    if (j->op == ALUDEL_OP_LOCK) say(&t, "{\"obtained\":");
    say(&t, "{\"tables\":"), copy(&t, tables);
    say(&t, now.exists ? ",\"ledger_exists\":true,\"journal_exists\":true,\"format\":1"
                       : ",\"ledger_exists\":false,\"journal_exists\":false,\"format\":null");
    say(&t, ",\"applied\":"), copy(&t, value_of(&now.applied));
    say(&t, ",\"journal\":"), copy(&t, value_of(&now.journal));
    say(&t, j->op == ALUDEL_OP_LOCK ? "}}" : "}");
    forget(&now);
    answer(j->call, ALUDEL_OK, t);
}

static void connect_to(session *s, job *j) {
    value head = whole(j->head.ptr, j->head.len);
    text url = {0}, t = {0};
    plain(&url, member(head, "url"));
    say(&s->path, url.ptr && strchr(url.ptr, ':') ? strchr(url.ptr, ':') + 1 : "");
    free(url.ptr);
    if (member(head, "lock_timeout_ms").at) s->patience = atol(member(head, "lock_timeout_ms").at);
    text folder = {0};
    add(&folder, s->path.ptr, s->path.len);
    char *slash = strrchr(folder.ptr, '/');
    struct stat found;
    if (slash && slash > folder.ptr) *slash = 0;
    else folder.len = 0, say(&folder, ".");
    if (stat(folder.ptr, &found)) {
        answer(j->call, ALUDEL_FAILED, failure("connect", "MINI0", "the directory of the file does not exist", 0));
    } else {
        say(&t, "{\"server\":{\"flavour\":\"mini\",\"major\":1,\"minor\":0}}");
        answer(j->call, ALUDEL_OK, t);
    }
    free(folder.ptr);
}

static void work(session *s, job *j) {
    text t = {0};
    switch (j->op) {
    case ALUDEL_OP_CONNECT: connect_to(s, j); break;
    case ALUDEL_OP_READ:
    case ALUDEL_OP_LOCK: snapshot(s, j); break;
    case ALUDEL_OP_SEND: send(s, j); break;
    case ALUDEL_OP_QUERY: say(&t, "{\"columns\":[],\"rows\":[]}"), answer(j->call, ALUDEL_OK, t); break;
    default: say(&t, "{}"), answer(j->call, ALUDEL_OK, t); break;
    }
}

static void drop_job(job *j) {
    for (size_t i = 0; i < j->count; i++) free(j->parts[i].ptr);
    free(j->parts), free(j->head.ptr), free(j);
}

/* A session's thread: one job after the other, until it is closed. */
static void *serve(void *argument) {
    session *s = argument;
    bool closed = false;
    while (!closed) {
        pthread_mutex_lock(&s->lock);
        while (!s->queue && !s->ended) pthread_cond_wait(&s->more, &s->lock);
        job *j = s->queue;
        if (j) s->queue = j->next;
        s->running = j;
        pthread_mutex_unlock(&s->lock);
        if (!j) break;
        closed = j->op == ALUDEL_OP_CLOSE;
        if (closed) roll_back(s);
        work(s, j);
        pthread_mutex_lock(&s->lock);
        s->running = NULL;
        pthread_mutex_unlock(&s->lock);
        drop_job(j);
    }
    roll_back(s);
    pthread_mutex_lock(&s->lock);
    s->ended = true;
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static session *find(uint64_t number) {
    session *s = THE.sessions;
    while (s && s->number != number) s = s->next;
    return s;
}

static session *begin_session(uint64_t number) {
    session *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->number = number;
    s->held = -1;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->more, NULL);
    if (pthread_create(&s->thread, NULL, serve, s)) {
        free(s);
        return NULL;
    }
    s->next = THE.sessions;
    THE.sessions = s;
    return s;
}

static text owned(aludel_slice slice) {
    text t = {0};
    add(&t, slice.ptr ? (const char *)slice.ptr : "", slice.len);
    return t;
}

static int32_t submit(void *instance, uint32_t op, uint64_t number, uint64_t call, aludel_slice head,
                      const aludel_slice *parts, size_t parts_len) {
    (void)instance;
    if (op < ALUDEL_OP_CONNECT || op > ALUDEL_OP_CLOSE || op == ALUDEL_OP_HOLDER) return ALUDEL_UNSUPPORTED;
    job *j = calloc(1, sizeof *j);
    if (!j) return ALUDEL_BAD;
    j->op = op, j->call = call, j->head = owned(head);
    j->parts = calloc(parts_len + 1, sizeof *j->parts);
    for (size_t i = 0; j->parts && i < parts_len; i++, j->count++) j->parts[i] = owned(parts[i]);
    int32_t status = ALUDEL_BAD;
    pthread_mutex_lock(&THE.lock);
    session *s = op == ALUDEL_OP_CONNECT ? begin_session(number) : find(number);
    if (s) {
        pthread_mutex_lock(&s->lock);
        if (!s->ended) {
            job **last = &s->queue;
            while (*last) last = &(*last)->next;
            *last = j;
            pthread_cond_signal(&s->more);
            status = ALUDEL_OK;
        }
        pthread_mutex_unlock(&s->lock);
    }
    pthread_mutex_unlock(&THE.lock);
    if (status != ALUDEL_OK) drop_job(j);
    return status;
}

static int32_t cancel(void *instance, uint64_t call) {
    (void)instance;
    pthread_mutex_lock(&THE.lock);
    for (session *s = THE.sessions; s; s = s->next) {
        pthread_mutex_lock(&s->lock);
        if (s->running && s->running->call == call) atomic_store(&s->running->stop, true);
        for (job *j = s->queue; j; j = j->next)
            if (j->call == call) atomic_store(&j->stop, true);
        pthread_mutex_unlock(&s->lock);
    }
    pthread_mutex_unlock(&THE.lock);
    return ALUDEL_OK;
}

/* ---- the library ------------------------------------------------------------------------------ */

static int32_t open_driver(const aludel_host *host, void **instance) {
    size_t size = host->struct_size < sizeof THE.host ? host->struct_size : sizeof THE.host;
    memcpy(&THE.host, host, size);
    if (!THE.host.done) return ALUDEL_BAD;
    pthread_mutex_init(&THE.lock, NULL);
    *instance = &THE;
    return ALUDEL_OK;
}

static int32_t shut_down(void *instance, uint32_t timeout_ms) {
    (void)instance, (void)timeout_ms;
    pthread_mutex_lock(&THE.lock);
    session *all = THE.sessions;
    THE.sessions = NULL;
    pthread_mutex_unlock(&THE.lock);
    while (all) {
        session *s = all;
        all = s->next;
        pthread_mutex_lock(&s->lock);
        s->ended = true;
        if (s->running) atomic_store(&s->running->stop, true);
        pthread_cond_signal(&s->more);
        pthread_mutex_unlock(&s->lock);
        pthread_join(s->thread, NULL);
        while (s->queue) {
            job *j = s->queue;
            s->queue = j->next;
            answer(j->call, ALUDEL_CANCELLED, (text){0});
            drop_job(j);
        }
        pthread_mutex_destroy(&s->lock);
        pthread_cond_destroy(&s->more);
        free(s->path.ptr), free(s->pending.ptr), free(s);
    }
    return ALUDEL_OK;
}

/* A driver of an older version has a shorter table; the tests make one of this. */
#ifndef TABLE_SIZE
#define TABLE_SIZE sizeof(aludel_driver)
#endif

static const aludel_driver TABLE = {ALUDEL_MAGIC, TABLE_SIZE, ALUDEL_ABI_MAJOR, ALUDEL_ABI_MINOR, open_driver,
                                    shut_down,    call,       submit,           cancel};

const aludel_driver *aludel_driver_v1(void) { return &TABLE; }
