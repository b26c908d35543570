/* old_host.c LIBRARY URL STATEMENT...: a host as the header of version 1.0 has it, and older: its structure
 * ends before `event`. It opens a session, sends the statements and closes; what it was answered is printed. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aludel_driver.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t came = PTHREAD_COND_INITIALIZER;
static uint64_t answered;

static void give_back(aludel_buffer *buffer) {
    if (buffer && buffer->release) buffer->release(buffer->owner);
}

static void show(const char *what, int32_t status, const aludel_buffer *head) {
    printf("%s %d %.*s\n", what, status, head ? (int)head->len : 0, head && head->ptr ? (const char *)head->ptr : "");
}

static void done(void *context, uint64_t call, int32_t status, aludel_buffer *head, aludel_buffer *body) {
    pthread_mutex_lock(&lock);
    show(context, status, head);
    give_back(head), give_back(body);
    answered = call;
    pthread_cond_signal(&came);
    pthread_mutex_unlock(&lock);
}

static void log_line(void *context, uint32_t level, aludel_slice target, aludel_slice text) {
    (void)context, (void)level, (void)target, (void)text;
}

static aludel_slice slice(const char *text) {
    aludel_slice s = {(const uint8_t *)text, strlen(text)};
    return s;
}

static void *instance;
static const aludel_driver *driver;

static void ask(uint32_t op, uint64_t call, const char *head, const aludel_slice *parts, size_t count) {
    int32_t accepted = driver->submit(instance, op, 1, call, slice(head), parts, count);
    if (accepted != ALUDEL_OK) {
        printf("not accepted %d\n", accepted);
        return;
    }
    pthread_mutex_lock(&lock);
    while (answered != call) pthread_cond_wait(&came, &lock);
    pthread_mutex_unlock(&lock);
}

int main(int count, char **words) {
    if (count < 3) return 2;
    void *library = dlopen(words[1], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        printf("%s\n", dlerror());
        return 1;
    }
    const aludel_driver *(*entry)(void);
    *(void **)&entry = dlsym(library, "aludel_driver_v1");
    driver = entry();
    static char context[] = "answer";
    static aludel_host host;
    host.struct_size = offsetof(aludel_host, event);
    host.protocol = 1, host.worker_threads = 1, host.log_level = 0, host.context = context;
    host.done = done, host.log = log_line;
    if (driver->open(&host, &instance) != ALUDEL_OK) return 1;
    aludel_buffer head = {0}, body = {0};
    show("info", driver->call(instance, ALUDEL_OP_INFO, slice("{}"), NULL, 0, &head, &body), &head);
    give_back(&head), give_back(&body);
    char request[4096];
    snprintf(request, sizeof request, "{\"url\":\"%s\",\"access\":\"write\",\"timeout_ms\":1000,\"lock_timeout_ms\":1000}", words[2]);
    ask(ALUDEL_OP_CONNECT, 2, request, NULL, 0);
    for (int i = 3; i < count; i++) {
        aludel_slice part = slice(words[i]);
        ask(ALUDEL_OP_SEND, (uint64_t)i, "", &part, 1);
    }
    /* An operation that no driver has yet. */
    ask(4000, 99, "", NULL, 0);
    ask(ALUDEL_OP_CLOSE, 100, "", NULL, 0);
    printf("ended %d\n", driver->shutdown(instance, 1000));
    return 0;
}
