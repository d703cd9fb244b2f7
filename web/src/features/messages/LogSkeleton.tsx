const lines = ["w-3/5", "w-2/5", "w-4/5", "w-1/2", "w-2/3"];

/** Drawn where the messages will be, from the bottom up. */
export function LogSkeleton() {
  return (
    <div aria-hidden className="flex min-h-0 flex-1 flex-col justify-end overflow-hidden px-2 tablet:px-4">
      <div className="mx-auto flex w-full max-w-190 flex-col gap-5 px-2">
        {lines.map((width) => (
          <div key={width} className="flex gap-3">
            <div className="skeleton size-9 shrink-0 rounded-full" />
            <div className="flex flex-1 flex-col gap-2 pt-1">
              <div className="skeleton h-3 w-24" />
              <div className={`skeleton h-3 ${width}`} />
            </div>
          </div>
        ))}
      </div>
    </div>
  );
}
