/* One cluster, one installation, one story: the parts run in this order, each on what the ones before have left. */
import './parts/render.ts';
import './parts/install.ts';
import './parts/network.ts';
import './parts/restart.ts';
import './parts/rollout.ts';
import './parts/crash.ts';
import './parts/put-back.ts';
import './parts/runbook.ts';
