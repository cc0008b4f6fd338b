#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>

#include "syllabus/queue.h"

static guint destroyed;

static void count_destroyed(gpointer item) {
    (void)item;
    destroyed++;
}

static gpointer item(guint number) {
    return GUINT_TO_POINTER(number);
}

static void items_come_out_in_the_order_they_went_in(void **state) {
    (void)state;
    g_autoptr(SylQueue) queue = syl_queue_new(3, NULL);
    for (guint round = 0; round < 5; round++) { /* the ring wraps */
        assert_true(syl_queue_push(queue, item(2 * round + 1)));
        assert_true(syl_queue_push(queue, item(2 * round + 2)));
        assert_int_equal(syl_queue_length(queue), 2);
        assert_ptr_equal(syl_queue_pop(queue), item(2 * round + 1));
        assert_ptr_equal(syl_queue_pop(queue), item(2 * round + 2));
    }
    assert_int_equal(syl_queue_length(queue), 0);
}

static void a_full_queue_refuses_a_try(void **state) {
    (void)state;
    g_autoptr(SylQueue) queue = syl_queue_new(2, NULL);
    assert_true(syl_queue_try_push(queue, item(1)));
    assert_true(syl_queue_try_push(queue, item(2)));
    assert_false(syl_queue_try_push(queue, item(3)));
    assert_ptr_equal(syl_queue_pop(queue), item(1));
    assert_true(syl_queue_try_push(queue, item(3)));
}

static void a_timed_pop_of_an_empty_queue_gives_nothing(void **state) {
    (void)state;
    g_autoptr(SylQueue) queue = syl_queue_new(1, NULL);
    gint64 start = g_get_monotonic_time();
    assert_null(syl_queue_pop_timed(queue, 10));
    assert_true(g_get_monotonic_time() - start >= 10L * 1000);
    assert_true(syl_queue_push(queue, item(7)));
    assert_ptr_equal(syl_queue_pop_timed(queue, 10), item(7));
}

static void a_closed_queue_takes_nothing_and_gives_what_it_has(void **state) {
    (void)state;
    g_autoptr(SylQueue) queue = syl_queue_new(2, NULL);
    assert_true(syl_queue_push(queue, item(1)));
    syl_queue_close(queue);
    assert_false(syl_queue_push(queue, item(2)));
    assert_false(syl_queue_try_push(queue, item(2)));
    assert_ptr_equal(syl_queue_pop(queue), item(1));
    assert_null(syl_queue_pop(queue));
    assert_null(syl_queue_pop_timed(queue, 60000)); /* at once: it will never be filled */
}

static void freeing_destroys_what_is_left(void **state) {
    (void)state;
    destroyed = 0;
    SylQueue *queue = syl_queue_new(3, count_destroyed);
    for (guint i = 1; i <= 3; i++) {
        assert_true(syl_queue_push(queue, item(i)));
    }
    assert_ptr_equal(syl_queue_pop(queue), item(1));
    assert_true(syl_queue_push(queue, item(4)));
    syl_queue_free(queue);
    assert_int_equal(destroyed, 3);
    syl_queue_free(NULL);
}

/* Several threads on both sides. */

#define SIDES    4
#define PER_SIDE 5000

typedef struct Side {
    SylQueue *queue;
    guint first;
    guint64 sum;
    guint count;
} Side;

static void *push_all(void *data) {
    Side *side = data;
    for (guint i = 0; i < PER_SIDE; i++) {
        if (syl_queue_push(side->queue, item(side->first + i))) {
            side->sum += side->first + i;
        }
    }
    return NULL;
}

static void *pop_all(void *data) {
    Side *side = data;
    gpointer got;
    while ((got = syl_queue_pop(side->queue)) != NULL) {
        side->sum += GPOINTER_TO_UINT(got);
        side->count++;
    }
    return NULL;
}

static void every_item_reaches_exactly_one_of_many_threads(void **state) {
    (void)state;
    g_autoptr(SylQueue) queue = syl_queue_new(8, NULL);
    Side pushing[SIDES], popping[SIDES];
    pthread_t pushers[SIDES], poppers[SIDES];
    for (guint i = 0; i < SIDES; i++) {
        pushing[i] = (Side){.queue = queue, .first = 1 + i * PER_SIDE};
        popping[i] = (Side){.queue = queue};
        assert_int_equal(pthread_create(&pushers[i], NULL, push_all, &pushing[i]), 0);
        assert_int_equal(pthread_create(&poppers[i], NULL, pop_all, &popping[i]), 0);
    }
    guint64 pushed = 0, popped = 0;
    guint count = 0;
    for (guint i = 0; i < SIDES; i++) {
        pthread_join(pushers[i], NULL);
        pushed += pushing[i].sum;
    }
    syl_queue_close(queue);
    for (guint i = 0; i < SIDES; i++) {
        pthread_join(poppers[i], NULL);
        popped += popping[i].sum;
        count += popping[i].count;
    }
    assert_int_equal(count, SIDES * PER_SIDE);
    assert_int_equal(popped, pushed);
}

static void closing_wakes_who_waits_for_room(void **state) {
    (void)state;
    g_autoptr(SylQueue) queue = syl_queue_new(1, NULL);
    assert_true(syl_queue_push(queue, item(1)));
    Side side = {.queue = queue, .first = 1};
    pthread_t pusher;
    assert_int_equal(pthread_create(&pusher, NULL, push_all, &side), 0);
    syl_queue_close(queue);
    pthread_join(pusher, NULL);
    assert_int_equal(side.sum, 0);
}

static void a_push_waits_for_room(void **state) {
    (void)state;
    g_autoptr(SylQueue) queue = syl_queue_new(1, NULL);
    Side side = {.queue = queue, .first = 1};
    pthread_t pusher;
    assert_int_equal(pthread_create(&pusher, NULL, push_all, &side), 0);
    for (guint i = 0; i < PER_SIDE; i++) {
        assert_ptr_equal(syl_queue_pop_timed(queue, 60000), item(1 + i));
        assert_true(syl_queue_length(queue) <= 1);
    }
    pthread_join(pusher, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_out_in_the_order_they_went_in),
        cmocka_unit_test(a_full_queue_refuses_a_try),
        cmocka_unit_test(a_timed_pop_of_an_empty_queue_gives_nothing),
        cmocka_unit_test(a_closed_queue_takes_nothing_and_gives_what_it_has),
        cmocka_unit_test(freeing_destroys_what_is_left),
        cmocka_unit_test(every_item_reaches_exactly_one_of_many_threads),
        cmocka_unit_test(closing_wakes_who_waits_for_room),
        cmocka_unit_test(a_push_waits_for_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
