param location string
param prefix string
param vnetId string
@secure()
param sharedKey string
param branchAddress string

resource address 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
  name: 'pip-${prefix}-vpn'
  location: location
  sku: {
    name: 'Standard'
  }
  zones: ['1', '2', '3']
  properties: {
    publicIPAllocationMethod: 'Static'
  }
}

resource gateway 'Microsoft.Network/virtualNetworkGateways@2024-05-01' = {
  name: 'vgw-${prefix}'
  location: location
  properties: {
    gatewayType: 'Vpn'
    vpnType: 'RouteBased'
    enableBgp: true
    sku: {
      name: 'VpnGw2AZ'
      tier: 'VpnGw2AZ'
    }
    ipConfigurations: [
      {
        name: 'default'
        properties: {
          subnet: {
            id: '${vnetId}/subnets/GatewaySubnet'
          }
          publicIPAddress: {
            id: address.id
          }
        }
      }
    ]
  }
}

resource branch 'Microsoft.Network/localNetworkGateways@2024-05-01' = {
  name: 'lgw-${prefix}-branch'
  location: location
  properties: {
    gatewayIpAddress: branchAddress
    localNetworkAddressSpace: {
      addressPrefixes: ['192.168.0.0/16']
    }
  }
}

resource connection 'Microsoft.Network/connections@2024-05-01' = {
  name: 'cn-${prefix}-branch'
  location: location
  properties: {
    connectionType: 'IPsec'
    sharedKey: sharedKey
    virtualNetworkGateway1: {
      id: gateway.id
      properties: {}
    }
    localNetworkGateway2: {
      id: branch.id
      properties: {}
    }
  }
}

output gatewayId string = gateway.id
