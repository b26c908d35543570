/* json.h: just enough JSON to read heads and write answers. A value is a piece of the text. */
#ifndef MINI_JSON_H
#define MINI_JSON_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A growing text. */
typedef struct text {
    char *ptr;
    size_t len, cap;
} text;

static void add(text *t, const char *bytes, size_t len) {
    if (t->len + len + 1 > t->cap) {
        t->cap = (t->len + len + 1) * 2;
        t->ptr = realloc(t->ptr, t->cap);
        if (!t->ptr) abort();
    }
    memcpy(t->ptr + t->len, bytes, len);
    t->len += len;
    t->ptr[t->len] = 0;
}

static void say(text *t, const char *bytes) { add(t, bytes, strlen(bytes)); }

/* A value: where it begins and ends. An absent one is empty. */
typedef struct value {
    const char *at, *end;
} value;

static const char *blank(const char *p, const char *end) {
    while (p < end && strchr(" \t\r\n", *p)) p++;
    return p;
}

/* The end of the value that begins at p, or NULL. */
static const char *skip(const char *p, const char *end) {
    p = blank(p, end);
    if (p >= end) return NULL;
    if (*p == '"') {
        for (p++; p < end && *p != '"'; p++)
            if (*p == '\\') p++;
        return p < end ? p + 1 : NULL;
    }
    if (*p == '{' || *p == '[') {
        char close = *p == '{' ? '}' : ']';
        p = blank(p + 1, end);
        while (p && p < end && *p != close) {
            if (*p == ',' || *p == ':') p++;
            else p = skip(p, end);
            if (p) p = blank(p, end);
        }
        return p && p < end ? p + 1 : NULL;
    }
    while (p < end && !strchr(",:]} \t\r\n", *p)) p++;
    return p;
}

static value whole(const char *ptr, size_t len) {
    value v = {0};
    const char *end = skip(ptr, ptr + len);
    if (end) v.at = blank(ptr, ptr + len), v.end = end;
    return v;
}

/* The next value of an array or object: `at` moves on from its opening bracket. */
static value next(value in, const char **at) {
    value v = {0};
    if (!in.at) return v;
    const char *p = *at ? *at : in.at + 1;
    while ((p = blank(p, in.end)) < in.end && (*p == ',' || *p == ':')) p++;
    if (p >= in.end - 1) return v;
    v.at = p;
    v.end = skip(p, in.end);
    *at = v.end;
    if (!v.end) v.at = NULL;
    return v;
}

static bool is_text(value v, const char *word) {
    size_t len = strlen(word);
    return v.at && (size_t)(v.end - v.at) == len + 2 && *v.at == '"' && !memcmp(v.at + 1, word, len);
}

/* A member of an object. */
static value member(value object, const char *name) {
    const char *at = NULL;
    value none = {0};
    if (!object.at || *object.at != '{') return none;
    for (;;) {
        value key = next(object, &at), found = next(object, &at);
        if (!key.at || !found.at) return none;
        if (is_text(key, name)) return found;
    }
}

static bool same(value a, value b) {
    return a.at && b.at && a.end - a.at == b.end - b.at && !memcmp(a.at, b.at, (size_t)(a.end - a.at));
}

static void copy(text *t, value v) {
    if (v.at) add(t, v.at, (size_t)(v.end - v.at));
    else say(t, "null");
}

/* A string's text, its escapes undone as far as paths and messages need it. */
static void plain(text *t, value v) {
    if (!v.at || *v.at != '"') return;
    for (const char *p = v.at + 1; p < v.end - 1; p++) {
        if (*p == '\\') p++;
        add(t, p, 1);
    }
    add(t, "", 0);
}

/* Bytes as a JSON string. */
static void quote(text *t, const char *bytes, size_t len) {
    say(t, "\"");
    for (size_t i = 0; i < len; i++) {
        char escaped[8];
        unsigned char c = (unsigned char)bytes[i];
        if (c == '"' || c == '\\') snprintf(escaped, sizeof escaped, "\\%c", c);
        else if (c < 0x20) snprintf(escaped, sizeof escaped, "\\u%04x", c);
        else snprintf(escaped, sizeof escaped, "%c", c);
        add(t, escaped, strlen(escaped));
    }
    say(t, "\"");
}

#endif
