-- uses: lanes
-- others.lua: what present workers know that know other things than this one, whose profile has the digest `own`.

-- Whether one of them has a token of the Page, and `accepts(the Page's entry, its digest)`.
local function known_to_another(own, page, accepts)
  local asked = {}
  for _, digest in ipairs(call('HVALS', P .. 'workers')) do
    if digest ~= own and not asked[digest] then
      asked[digest] = true
      local entry = call('HGET', P .. 'profile:' .. digest, page)
      if entry and (not accepts or accepts(entry, digest)) then return true end
    end
  end
  return false
end

local function knows_type(kind)
  return function(_, digest)
    local types = call('HGET', P .. 'profile:' .. digest, '@types') or ''
    return string.find(types, ',' .. kind .. ',', 1, true) ~= nil
  end
end
