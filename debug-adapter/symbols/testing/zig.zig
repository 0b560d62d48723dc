//! What zig writes of a kernel: structs, packed structs, slices, optionals, enums, tagged unions.
const Level = enum(u8) { low = 1, high = 7 };
const Flags = packed struct { present: bool, writable: bool, rest: u30 };
const Port = struct { base: u16, level: Level, flags: Flags };
const Word = union(enum) { byte: u8, wide: u32 };

var port = Port{ .base = 0x3f8, .level = .high, .flags = .{ .present = true, .writable = false, .rest = 5 } };
export var ticks: u32 = 0;
var word: Word = .{ .wide = 7 };

pub fn panic(_: []const u8, _: ?*@import("std").builtin.StackTrace, _: ?usize) noreturn {
    while (true) {}
}

fn sum(numbers: []const u32, scale: u32) u32 {
    var total: u32 = 0;
    for (numbers) |number| {
        total +%= number *% scale;
    }
    return total;
}

export fn zig_start() callconv(.C) u32 {
    const numbers = [_]u32{ 1, 2, 3, 4 };
    const result = sum(&numbers, ticks +% 2);
    word = .{ .byte = @truncate(result) };
    port.base +%= 1;
    ticks +%= result;
    return ticks;
}
