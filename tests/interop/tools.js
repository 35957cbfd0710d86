// SPDX-License-Identifier: ISC
// The C programs, run as a user runs them: a relay and homes in a temporary folder.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class World {
    /** bin: folder of the built programs; factor: how much faster time passes for everybody. */
    constructor(bin, factor = 1) {
        this.bin = bin;
        this.folder = mkdtempSync(join(tmpdir(), 'allswell-interop-'));
        this.begin = Date.now();
        this.factor = factor;
        this.env = { ...process.env, ALLSWELL_DEMO_CLOCK: `${this.begin}:${factor}` };
        if (factor === 1)
            delete this.env.ALLSWELL_DEMO_CLOCK;
        this.children = [];
        this.clock = () =>
            Math.floor((this.begin + (Date.now() - this.begin) * this.factor) / 1000);
    }

    /** Runs a command to its end: { out, code }; input goes to its standard input. */
    run(program, args, input = '') {
        return new Promise((resolve) => {
            const child = execFile(join(this.bin, program), args, { env: this.env },
                (error, out, err) => resolve({ out, err, code: error ? error.code : 0 }));
            child.stdin.on('error', () => {});
            child.stdin.end(input);
        });
    }

    /** The same, and whatever is not a success is a failure of the test. */
    async must(program, args, input) {
        const { out, err, code } = await this.run(program, args, input);
        if (code !== 0)
            throw new Error(`${program} ${args.join(' ')}: exit ${code}: ${err}${out}`);
        return out;
    }

    /** Runs a command in the background and returns its first line. */
    start(program, args) {
        const child = spawn(join(this.bin, program), args,
            { env: this.env, stdio: ['ignore', 'pipe', 'inherit'] });
        this.children.push(child);
        return new Promise((resolve, reject) => {
            let text = '';
            child.stdout.on('data', (bytes) => {
                text += bytes;
                if (text.includes('\n'))
                    resolve({ child, line: text.split('\n')[0] });
            });
            child.on('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
        });
    }

    background(program, args) {
        const child = spawn(join(this.bin, program), args,
            { env: this.env, stdio: ['ignore', 'ignore', 'inherit'] });
        this.children.push(child);
        return child;
    }

    home(name) {
        return join(this.folder, name);
    }

    async relay() {
        const home = this.home('relay');
        const { line } = await this.start('allswell-relay',
            ['--home', home, 'run', '--listen', '127.0.0.1:0']);
        this.relayLine = line.trim();
        return this.relayLine;
    }

    async token(label) {
        const out = await this.must('allswell-relay',
            ['--home', this.home('relay'), 'token', 'new', label]);
        return out.trim();
    }

    end() {
        for (const child of this.children)
            child.kill('SIGTERM');
        rmSync(this.folder, { recursive: true, force: true });
    }
}
