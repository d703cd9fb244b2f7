/** Icons of one size and stroke; every one used in the product passes through here. */
export const icon = { size: 18, strokeWidth: 1.75, "aria-hidden": true } as const;
export const smallIcon = { ...icon, size: 14, strokeWidth: 2 } as const;
