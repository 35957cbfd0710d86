// SPDX-License-Identifier: ISC
// A place as a drawing, from its coordinates alone: how sure it is, where it was before, north up.
import { svg } from './dom.js';
import { metres, t } from './text.js';

const WIDTH = 640;
const HEIGHT = 360;
const METRES_PER_DEGREE = 111320;
const TRACK_MAX = 12;
const FAR_M = 25000; // older places beyond this are another story

function offsets(places) {
    const here = places[0];
    const shrink = Math.cos((here.lat * Math.PI) / 180);
    return places
        .filter((place) => place.lat !== undefined)
        .slice(0, TRACK_MAX)
        .map((place) => ({
            x: (((place.lon - here.lon + 540) % 360) - 180) * METRES_PER_DEGREE * shrink,
            y: (here.lat - place.lat) * METRES_PER_DEGREE,
        }))
        .filter(({ x, y }) => Math.hypot(x, y) <= FAR_M);
}

// 1, 2 or 5 times a power of ten, about a fifth of the width.
function niceStep(widthM) {
    const power = 10 ** Math.floor(Math.log10(widthM / 5));
    return (
        [1, 2, 5, 10].map((factor) => factor * power).findLast((step) => step <= widthM / 4) ??
        power
    );
}

function grid(stepPx) {
    const lines = [];
    for (let x = (WIDTH / 2) % stepPx; x < WIDTH; x += stepPx)
        lines.push(svg('path', { d: `M${x} 0V${HEIGHT}` }));
    for (let y = (HEIGHT / 2) % stepPx; y < HEIGHT; y += stepPx)
        lines.push(svg('path', { d: `M0 ${y}H${WIDTH}` }));
    return svg('g', { class: 'map-grid' }, lines);
}

function scale(stepM, stepPx) {
    const y = HEIGHT - 22;
    return svg(
        'g',
        { class: 'map-scale' },
        svg('path', { d: `M22 ${y - 7}V${y}H${22 + stepPx}V${y - 7}` }),
        svg('text', { x: 22 + stepPx / 2, y: y - 10, 'text-anchor': 'middle' }, metres(stepM)),
    );
}

function north() {
    const x = WIDTH - 34;
    return svg(
        'g',
        { class: 'map-north' },
        svg('path', { d: `M${x} 18l9 26-9-6-9 6z` }),
        svg('text', { x, y: 62, 'text-anchor': 'middle' }, t('map.north')),
    );
}

export function drawMap(places) {
    const track = offsets(places);
    const accuracy = places[0].accuracy_m ?? 0;
    const reach = Math.max(
        80,
        accuracy * 1.5,
        ...track.map(({ x, y }) => Math.max((Math.abs(x) * HEIGHT) / WIDTH, Math.abs(y)) * 1.25),
    );
    const perMetre = HEIGHT / 2 / reach;
    const stepM = niceStep(WIDTH / perMetre);
    const at = ({ x, y }) => ({ x: WIDTH / 2 + x * perMetre, y: HEIGHT / 2 + y * perMetre });
    const points = track.map(at);
    const [here] = points;
    const label = t('map.label', {
        lat: places[0].lat.toFixed(5),
        lon: places[0].lon.toFixed(5),
        accuracy: accuracy > 0 ? t('map.within', { accuracy: metres(accuracy) }) : t('map.unsure'),
    });
    return svg(
        'svg',
        { class: 'map', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': label },
        svg('rect', { class: 'map-ground', width: WIDTH, height: HEIGHT }),
        grid(stepM * perMetre),
        points.length > 1 &&
            svg('polyline', {
                class: 'map-track',
                points: points.map((p) => `${p.x},${p.y}`).join(' '),
            }),
        points.slice(1).map((p) => svg('circle', { class: 'map-before', cx: p.x, cy: p.y, r: 5 })),
        accuracy > 0 &&
            svg('circle', {
                class: 'map-accuracy',
                cx: here.x,
                cy: here.y,
                r: Math.max(9, accuracy * perMetre),
            }),
        svg('circle', { class: 'map-here', cx: here.x, cy: here.y, r: 8 }),
        scale(stepM, stepM * perMetre),
        north(),
    );
}
