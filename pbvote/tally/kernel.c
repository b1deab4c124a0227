/* One run of Equal Shares in compiled code: the same whole-number arithmetic as shares.py, step for step.
 *
 * It buys what the error bound makes certain and hands back to Python at the first choice it cannot settle
 * (a tie, a test closer than the bound, a project that costs nothing). The proof is in shares.py. Plain C99 with
 * 128-bit integers; no Python headers, loaded through ctypes.
 */
#include <stdint.h>
#include <string.h>

typedef int64_t i64;
typedef __int128 i128;

typedef struct {
    /* the demand */
    i64 places, levels;
    const int32_t *voter;
    const i64 *heads_of, *units, *starts, *cuts, *pulls, *divisors;
    const uint8_t *admitted;
    /* the run */
    const i64 *costs;   /* in units of the run */
    double one;         /* units of the run in a minor unit */
    i64 error, level;
    i64 *held;
    uint8_t *gone;      /* bought already */
    i64 *bought, *bought_at;
    i64 count;
    i64 *rivals;        /* those among which Python has to choose */
    i64 rival_count;
    /* room to work in */
    i64 *purse, *heads, *unit;
    i64 *low, *nominal, *high, *most;
    double *bound;
    uint8_t *state;     /* BOUND: only a bound is known; PRICED: priced now; OUT: cannot pay at this level */
} Run;

enum { BOUND, PRICED, OUT };
enum { FINISHED, UNSURE };

static const double SLACK = 1e-9;
static const double FAR = 1e300;

static i64 floor_div(i128 over, i64 under)
{
    i128 whole = over / under;
    return (i64)(over % under != 0 && over < 0 ? whole - 1 : whole);
}

static i64 ceil_div(i128 over, i64 under)
{
    return -floor_div(-over, under);
}

static double key_of(const Run *run, i64 place, i64 price)
{
    return (price > 0 ? (double)price : 0.0) / ((double)run->divisors[place] * run->one) * (1 - SLACK);
}

/* Take out those who run out, until nobody does. */
static i64 settle(Run *run, i64 n, i64 *rest, i64 *pull)
{
    i64 *purse = run->purse, *heads = run->heads, *unit = run->unit;
    for (;;) {
        const i64 limit = *rest, charge = *pull;
        i64 kept = 0;
        for (i64 at = 0; at < n; at++) {
            const i64 money = purse[at], people = heads[at], u = run->units ? unit[at] : 1;
            if (money * charge < limit * u) {
                *rest -= money * people;
                *pull -= people * u;
            } else {
                purse[kept] = money;
                heads[kept] = people;
                if (run->units)
                    unit[kept] = u;
                kept++;
            }
        }
        if (kept == n || kept == 0)
            return kept;
        n = kept;
    }
}

static void price(Run *run, i64 place)
{
    const i64 from = run->starts[place], to = run->cuts[run->level * run->places + place];
    const i64 cost = run->costs[place];
    i64 money = 0, n = to - from, highest = 0;
    for (i64 at = 0; at < n; at++) {
        const i64 purse = run->held[run->voter[from + at]], heads = run->heads_of[from + at];
        run->purse[at] = purse;
        run->heads[at] = heads;
        if (run->units)
            run->unit[at] = run->units[from + at];
        money += purse * heads;
        if (purse > highest)
            highest = purse;
    }
    run->most[place] = money;
    if (money + run->error < cost) {
        run->state[place] = OUT;
        return;
    }
    run->state[place] = PRICED;
    run->high[place] = -1;
    run->nominal[place] = highest;
    i64 rest = cost, pull = run->pulls[run->level * run->places + place];
    if (money < cost) {
        rest = cost > run->error ? cost - run->error : 0;
        n = settle(run, n, &rest, &pull);
        run->low[place] = n ? floor_div(rest, pull) : 0;
        run->bound[place] = key_of(run, place, run->low[place]);
        return;
    }
    n = settle(run, n, &rest, &pull);
    i64 nearest = INT64_MAX;
    for (i64 at = 0; at < n; at++) {
        const i64 reach = run->units ? run->purse[at] / run->unit[at] : run->purse[at];
        if (reach < nearest)
            nearest = reach;
    }
    run->nominal[place] = rest / pull;
    run->low[place] = floor_div((i128)rest - run->error, pull);
    if ((i128)nearest * pull >= (i128)rest + run->error) {
        run->high[place] = ceil_div((i128)rest + run->error, pull);
    } else if (money >= cost + run->error) {
        rest += run->error;
        n = settle(run, n, &rest, &pull);
        run->high[place] = n ? ceil_div(rest, pull) : -1;
    }
    run->bound[place] = key_of(run, place, run->low[place]);
}

/* Let a level in: what each project can count on at most, and the least its price can be. */
static void enter(Run *run)
{
    for (i64 place = 0; place < run->places; place++) {
        const i64 to = run->cuts[run->level * run->places + place];
        const i64 pull = run->pulls[run->level * run->places + place];
        run->state[place] = OUT;
        run->bound[place] = FAR;
        if (run->gone[place] || !run->admitted[place])
            continue;
        for (i64 at = run->cuts[(run->level - 1) * run->places + place]; at < to; at++)
            run->most[place] += run->held[run->voter[at]] * run->heads_of[at];
        if (!pull || run->most[place] + run->error < run->costs[place])
            continue;
        run->state[place] = BOUND;
        run->bound[place] = run->costs[place] ? key_of(run, place, floor_div(run->costs[place], pull)) : -1.0;
    }
}

static i64 cheapest(const Run *run, int state, double limit)
{
    i64 best = -1;
    for (i64 place = 0; place < run->places; place++)
        if (run->state[place] == state && run->bound[place] <= limit &&
            (best < 0 || run->bound[place] < run->bound[best]))
            best = place;
    return best;
}

enum { NOBODY = -1, UNSETTLED = -2 };

/* Hand everything that may be the winner to Python; without a sure price in ``best`` that is all priced now. */
static i64 unsettled(Run *run, i64 best)
{
    run->rival_count = 0;
    for (i64 place = 0; place < run->places; place++)
        if (run->state[place] == PRICED &&
            (best < 0 ||
             (i128)run->low[place] * run->divisors[best] <= (i128)run->high[best] * run->divisors[place]))
            run->rivals[run->rival_count++] = place;
    return UNSETTLED;
}

/* Projects that cost nothing. */
static i64 free_ones(Run *run)
{
    run->rival_count = 0;
    for (i64 place = 0; place < run->places; place++)
        if (run->state[place] == BOUND && run->bound[place] < 0)
            run->rivals[run->rival_count++] = place;
    return UNSETTLED;
}

/* The certain winner, NOBODY if nobody can pay, UNSETTLED with ``rivals`` if the bounds do not settle it. */
static i64 choose(Run *run)
{
    i64 best = -1;
    double limit = FAR;
    for (;;) {
        const i64 next = cheapest(run, BOUND, limit);
        if (next < 0)
            break;
        if (run->bound[next] < 0)
            return free_ones(run);
        const i64 known = cheapest(run, PRICED, run->bound[next]);
        if (known >= 0 && run->high[known] >= 0) {
            const double reach = key_of(run, known, run->high[known]) * (1 + 4 * SLACK);
            if (reach < limit)
                limit = reach;
            if (run->bound[next] > limit)
                break;
        }
        price(run, next);
    }
    for (i64 place = 0; place < run->places; place++) {
        if (run->state[place] != PRICED || run->high[place] < 0)
            continue;
        if (best < 0 || (i128)run->high[place] * run->divisors[best] < (i128)run->high[best] * run->divisors[place])
            best = place;
    }
    if (best < 0)
        return cheapest(run, PRICED, FAR) < 0 ? NOBODY : unsettled(run, -1);
    for (i64 place = 0; place < run->places; place++)
        if (place != best && run->state[place] == PRICED &&
            (i128)run->low[place] * run->divisors[best] <= (i128)run->high[best] * run->divisors[place])
            return unsettled(run, best);
    return best;
}

static void forget(Run *run, i64 place)
{
    run->gone[place] = 1;
    run->state[place] = OUT;
    run->bound[place] = FAR;
    for (i64 other = 0; other < run->places; other++)
        if (run->state[other] == PRICED)
            run->state[other] = BOUND;
}

static void buy(Run *run, i64 place)
{
    const i64 nominal = run->nominal[place], to = run->cuts[run->level * run->places + place];
    for (i64 at = run->starts[place]; at < to; at++) {
        const i64 row = run->voter[at], pays = run->units ? nominal * run->units[at] : nominal;
        run->held[row] = run->held[row] > pays ? run->held[row] - pays : 0;
    }
    run->error += run->pulls[run->level * run->places + place];
    run->bought[run->count] = place;
    run->bought_at[run->count] = run->level;
    run->count++;
    forget(run, place);
}

enum { START = -1, NONE_OF_THEM = -2 };

/* Run from the START, or go on after Python has bought ``answer`` or found that no rival can pay. */
i64 equal_shares_run(Run *run, i64 answer)
{
    if (answer == START) {
        memset(run->most, 0, (size_t)run->places * sizeof(i64));
        run->level = 0;
    } else if (answer == NONE_OF_THEM) {
        for (i64 at = 0; at < run->rival_count; at++)
            run->state[run->rivals[at]] = OUT;
    } else {
        forget(run, answer);
    }
    for (int choosing = answer != START;; choosing = 1) {
        i64 place = NOBODY;
        while (choosing && (place = choose(run)) >= 0)
            buy(run, place);
        if (place == UNSETTLED)
            return UNSURE;
        if (run->level == run->levels)
            return FINISHED;
        run->level++;
        enter(run);
    }
}
