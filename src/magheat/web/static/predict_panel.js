// The first tab: the inputs, the prediction, the simulator's answer.

export function mount() {}
