#include "search/cache.h"

#include <pthread.h>
#include <string.h>

typedef struct Entry {
    char *key;
    Answer *answer;
    gsize bytes;
} Entry;

/* Of an entry's links, besides what it holds. */
#define ENTRY_BYTES 128

struct AnswerCache {
    pthread_mutex_t lock;
    /* guarded by lock */
    IndexState state;
    GHashTable *links; /* char* key, of the entry → GList* in entries */
    GQueue entries;    /* of Entry: the most recently used first */
    gsize bytes;
};

static void entry_free(gpointer data) {
    Entry *entry = data;
    g_free(entry->key);
    answer_free(entry->answer);
    g_free(entry);
}

AnswerCache *answer_cache_new(void) {
    AnswerCache *cache = g_new0(AnswerCache, 1);
    pthread_mutex_init(&cache->lock, NULL);
    cache->links = g_hash_table_new(g_str_hash, g_str_equal);
    g_queue_init(&cache->entries);
    return cache;
}

static void forget_all(AnswerCache *cache) {
    g_hash_table_remove_all(cache->links);
    g_queue_clear_full(&cache->entries, entry_free);
    cache->bytes = 0;
}

void answer_cache_free(AnswerCache *cache) {
    if (cache == NULL) {
        return;
    }
    forget_all(cache);
    g_hash_table_unref(cache->links);
    pthread_mutex_destroy(&cache->lock);
    g_free(cache);
}

/* What two requests for the same answer share, and no others do. A limit of 0 is none that can be
 * asked for, so it cannot be told from its text alone. */
static char *key_of(const Request *request) {
    g_autofree char *text = request_format(request);
    return g_strdup_printf("%d %u %s", (int)request->ranking, request->limit, text);
}

Answer *answer_cache_find(AnswerCache *cache, const IndexState *state, const Request *request) {
    g_autofree char *key = key_of(request);
    Answer *answer = NULL;
    pthread_mutex_lock(&cache->lock);
    GList *link =
        index_state_equal(&cache->state, state) ? g_hash_table_lookup(cache->links, key) : NULL;
    if (link != NULL) {
        g_queue_unlink(&cache->entries, link);
        g_queue_push_head_link(&cache->entries, link);
        answer = answer_ref(((Entry *)link->data)->answer);
    }
    pthread_mutex_unlock(&cache->lock);
    return answer;
}

static void forget_last(AnswerCache *cache) {
    Entry *entry = g_queue_pop_tail(&cache->entries);
    g_hash_table_remove(cache->links, entry->key);
    cache->bytes -= entry->bytes;
    entry_free(entry);
}

void answer_cache_add(AnswerCache *cache, const Request *request, Answer *answer) {
    Entry *entry = g_new0(Entry, 1);
    entry->key = key_of(request);
    entry->answer = answer_ref(answer);
    entry->bytes = ENTRY_BYTES + strlen(entry->key) + answer_bytes(answer);
    pthread_mutex_lock(&cache->lock);
    if (!index_state_equal(&cache->state, &answer->state)) {
        forget_all(cache);
        cache->state = answer->state;
    }
    gboolean twice = g_hash_table_contains(cache->links, entry->key); /* two asked at once */
    if (twice || entry->bytes > CACHE_BYTES_MAX) {
        entry_free(entry);
    } else {
        g_queue_push_head(&cache->entries, entry);
        g_hash_table_insert(cache->links, entry->key, cache->entries.head);
        cache->bytes += entry->bytes;
    }
    while (cache->bytes > CACHE_BYTES_MAX) {
        forget_last(cache);
    }
    pthread_mutex_unlock(&cache->lock);
}
